
# ---- which run, and where to begin --------------------------------------------------------------------------------

choose_run() {
  local previous
  if [ -f "$home/current" ]; then
    use_run "$(<"$home/current")"
    read_journal
    if [ "$changed" = no ] && [ -f "$run/previous" ]; then
      previous=$(<"$run/previous")
      archive_run
      [ ! -d "$home/$previous" ] || printf '%s\n' "$previous" >"$home/current"
      if [ -d "$home/$previous" ]; then
        use_run "$previous"
        read_journal
      fi
    fi
    if [ -d "$run" ] && [ "$(<"$run/plan")" = "$plan" ]; then
      begin_back
      return
    fi
    [ ! -d "$run" ] || refuse "the last run in this release was of another plan ($(<"$run/plan")); use the rollback.sh of that one."
  fi
  without_journal
}

begin_back() {
  local one
  if [ "$(<"$run/state")" != back ]; then
    entered=$(entry_of "$(last_begun "${forward_steps[@]}")")
    if [ "$changed" = no ] || { [ -z "$entered" ] && [ -z "$from" ]; }; then
      say "$headline"
      say 'The upgrade changed nothing, so there is nothing to undo.'
      state ended
      archive_run
      finish 0
    fi
    [ -z "$from" ] || entered=$from
    note_down enter "$entered"
    state back
  fi
  look_who_changed
  if [ -z "$from" ] && [ -n "$entered" ]; then
    for one in "${steps[@]}"; do
      [ "$one" != "$entered" ] || break
      ended["$one"]=1
    done
    skip_to=$entered
    say "The upgrade stopped in $(last_begun "${forward_steps[@]}"); the way back begins at $entered."
  fi
}

# Where it begins when the upgrade changed something, but not yet the release.
first_entry() {
  local one entry
  for one in "${forward_steps[@]}"; do
    entry=$(entry_of "$one")
    [ -z "$entry" ] || break
  done
  printf '%s' "$entry"
}

without_journal() {
  local text revision='' one
  local -a words=()
  new_run
  rm -f "$home/current"
  text=$(timeout 60 helm --kube-context "$context" -n "$namespace" get all "$release" --template '{{.Release.Version}} {{.Release.Info.Status}} {{.Release.Chart.Metadata.Version}} {{.Release.Info.Description}}' 2>/dev/null || true)
  [[ $text =~ from\ revision\ ([0-9]+)$ ]] && revision=${BASH_REMATCH[1]}
  warn "rollback: there is no journal of this plan for $release in $home, so what was recorded before the upgrade is not known here."
  warn "Helm says of the newest revision: $(clean "${text:-nothing}")"
  if [ -n "$revision" ]; then
    warn "This plan made it, from revision $revision: the upgrade of Helm was done, and the way back begins at ${steps[0]}."
    words=(--from "${steps[0]}")
  elif [[ $text == *" $version_old "* ]]; then
    warn "That is the old version: Helm's upgrade was not begun, or has been undone. What may be left to undo begins at $(first_entry)."
    words=(--from "$(first_entry)")
  else
    words=(--from "${steps[0]}")
  fi
  archive_run
  warn "Bring the work folder of the machine that ran plan.sh (--work-dir DIR), then:"
  warn "  $(again "$0" "${words[@]}")"
  finish 2
}

end_run() {
  state ended
  note_down ended -
  archive_run
  out=$run/tmp/out err=$run/tmp/err
  say "Done: $release is back at $chart $version_old. The run is kept in $run"
}
