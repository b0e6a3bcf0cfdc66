
# ---- which run ----------------------------------------------------------------------------------------------------

choose_run() {
  local was
  if [ -f "$home/current" ]; then
    use_run "$(<"$home/current")"
    was=$(<"$run/state")
    if [ "$was" = back ]; then refuse "its rollback is under way; finish that first: $(again "$here/rollback.sh")"; fi
    read_journal
    if [ "$was" = open ]; then
      if [ "$(<"$run/plan")" = "$plan" ]; then
        resume_run
        return
      fi
      [ "$changed" = no ] || refuse "another plan ($(<"$run/plan")) stopped half-way in this release; its rollback.sh comes first. Its run is $run."
      archive_run
    fi
    forget_run
  fi
  new_run
}

forget_run() {
  local key
  started=() ended=() changed_by=() have=() secrets=() changed=no changed_here=no entered=''
  for key in "${!names[@]}"; do capture["$key"]=''; done
}

# As long as nothing has changed, what was seen may be out of date: only answers are kept.
resume_run() {
  if [ "$changed" = no ]; then
    started=() ended=() have=() secrets=()
    return
  fi
  look_who_changed
  say "Going on with the run of before: it stopped in $(last_begun "${steps[@]}")."
}

end_run() {
  state 'done'
  note_down 'done' -
  say "Done: $release is $chart $version_new. To go back, as long as this run is the last:"
  say "  $(again "$here/rollback.sh")"
}
