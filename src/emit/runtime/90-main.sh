
# ---- from start to end --------------------------------------------------------------------------------------------

explain_failure() {
  local one shown_lines=0
  if [ -n "${reason:-}" ]; then warn "        $(clean "$reason")"; fi
  if [ -n "$log" ] && [ -s "$files/$log" ]; then
    warn "        the end of $files/$log:"
    while IFS= read -r one; do warn "        | $(clean "$one")"; done < <(tail -n 12 "$files/$log")
  elif [ "$private" = no ] && [ "$kind" != http ] && [ "$kind" != gate ]; then
    [ "${found:-0}" = -1 ] || [ "${#argv[@]}" -eq 0 ] || warn "        command: $(shown "${argv[@]}")"
    for file in "$out" "$err"; do
      [ -s "$file" ] || continue
      while IFS= read -r one && [ "$shown_lines" -lt 12 ]; do
        warn "        | $(clean "${one:0:300}")"
        shown_lines=$((shown_lines + 1))
      done <"$file"
    done
  fi
  if [ -n "${why:-}" ]; then warn "        $why"; fi
}

next_back() {
  if [ "$direction" = upgrade ] && [ "$changed" = yes ]; then
    warn "To go back:"
    warn "  $(again "$here/rollback.sh")"
  fi
}

# The loaded step failed: what, why, and the next command.
failed() {
  note_down fail "$id" "$reason"
  end_line FAIL
  explain_failure
  if [ "$changed_here" = no ]; then
    warn "$direction: stopped before this script changed anything. Once it is put right:"
    warn "  $(again "$0")"
    next_back
    finish 2
  fi
  warn "$direction: stopped in $id. The run is in $run. Once it is put right, this goes on from there:"
  warn "  $(again "$0")"
  next_back
  finish 1
}

clean_up() {
  local status=$?
  trap - EXIT
  trap '' INT TERM HUP
  [ -z "$child" ] || { kill -TERM "$child" && wait "$child"; } 2>/dev/null || true
  [ -z "$napping" ] || kill "$napping" 2>/dev/null || true
  end_group
  stop_forward
  [ -z "$run" ] || rm -rf "${run:?}/tmp"
  [ "$locked" = no ] || rm -rf "${home:?}/lock"
  exit "$status"
}

finish() { exit "$1"; }

on_signal() {
  trap '' INT TERM HUP
  [ "$terminal" = no ] || printf '\n'
  warn "$direction: signal; what runs is ended in an orderly way, which may take a moment."
  [ -z "$run" ] || note_down stop "${id:--}" signal
  [ -z "$child" ] || { kill -TERM "$child" && wait "$child"; } 2>/dev/null || true
  child=''
  end_group
  warn "$direction: stopped. This goes on from there:"
  warn "  $(again "$0")"
  next_back
  if [ "$changed_here" = yes ]; then finish 1; else finish 2; fi
}

usage() {
  cat <<END
usage: bash $(shown "$0") [OPTIONS]
  --list            the steps, and what has to be accepted
  --dry-run         what would be done; runs nothing
  --context NAME    the kube context${planned_context:+ (the plan is for $(shown "$planned_context"))}
  --yes             answer the gates that have no id
  --accept ID       accept a loss or an error finding, or all
  --from STEP       begin there    --to STEP    end after it    --only STEP
  --work-dir DIR    where it records and keeps its journal
Charts and values: CHART_OLD, CHART_NEW, VALUES_OLD, VALUES_NEW in the environment.
Exit status: 0 done, 1 a step failed, 2 refused before any change, 3 stopped at a gate.
END
}

value_of() { [ "$#" -gt 1 ] || refuse "$1 needs a value."; }

read_options() {
  while [ "$#" -gt 0 ]; do
    case $1 in
      --*=*)
        set -- "${1%%=*}" "${1#*=}" "${@:2}"
        continue
        ;;
      --list) mode=list ;;
      --dry-run) mode=dry ;;
      --yes) yes=yes ;;
      --help | -h)
        usage
        finish 0
        ;;
      --context | --accept | --from | --to | --only | --work-dir)
        value_of "$@"
        case $1 in
          --context) context=$2 ;;
          --accept) accepting+=("$2") ;;
          --from) from=$2 ;;
          --to) to=$2 ;;
          --only) from=$2 to=$2 ;;
          --work-dir) given_work_dir=$2 ;;
        esac
        shift
        ;;
      *) refuse "what is $(shown "$1")? (--help)" ;;
    esac
    shift
  done
}

check_options() {
  local one
  for one in "$from" "$to"; do
    [ -z "$one" ] || [ -n "${number[$one]+x}" ] || refuse "there is no step $(shown "$one"); --list shows them."
  done
  for one in "${accepting[@]}"; do
    [ "$one" = all ] || [ -n "${accept_text[$one]+x}" ] || refuse "there is nothing of the id $(shown "$one") to accept; --list shows what there is."
    accepted["$one"]=1
  done
  if [ -n "$planned_context" ]; then
    [ -z "$context" ] || [ "$context" = "$planned_context" ] || refuse "this plan is for the context $(shown "$planned_context"), not $(shown "$context")."
    context=$planned_context
  fi
}

list_steps() {
  local one
  say "$headline"
  for one in "${steps[@]}"; do
    load "$one"
    printf '%s  %-7s %-44s %s%s\n' "$(place)" "$([ "$changing" = yes ] && printf change || printf '%s' "$kind")" "$one" "$title" "${accept_id:+  [--accept $accept_id]}"
  done
  [ "${#accept_text[@]}" -eq 0 ] || say 'To be accepted:'
  for one in "${accept_order[@]}"; do say "  --accept $(shown "$one"): ${accept_text[$one]}"; done
}

show_step() {
  local n
  say "$(place)  $title  ($id)"
  for ((n = 0; n < ${#conditions[@]}; n += 3)); do
    say "        only if ${conditions[n]} ${conditions[n + 1]} '${conditions[n + 2]}'"
  done
  show_texts
  [ -z "$accept_id" ] || say "        needs --accept $(shown "$accept_id")"
  [ -z "$input_role" ] || say "        copies and checks the input $input_role"
  [ "$kind" != write ] || say "        writes $save_to"
  [ "$kind" != http ] || say "        asks $http_service port $http_port: $http_method $http_path, and wants $http_status"
  for n in "${!block_type[@]}"; do
    block_words "$n"
    case ${block_type[n]} in
      run) say "        $([ "$changing" = yes ] && printf 'runs' || printf 'reads'): $(shown "${argv[@]}")" ;;
      run3) say "        with Helm 3: $(shown "${argv[@]}")" ;;
      before) say "        first: $(shown "${argv[@]}")" ;;
      'done') say "        unless done: $(shown "${argv[@]}")" ;;
    esac
  done
}

dry_run() {
  local one
  say "$headline"
  say 'Dry run: this is what would be done. Nothing is run.'
  [ -n "$context" ] || context='<context>'
  run='<run>' files='<run>/files'
  for one in "${steps[@]}"; do
    in_range "$one" || continue
    load "$one"
    show_step
  done
}

in_range() {
  [ -z "$skip_to" ] || [ "${number[$1]}" -ge "${number[$skip_to]}" ] || return 1
  [ -z "$from" ] || [ "${number[$1]}" -ge "${number[$from]}" ] || return 1
  [ -z "$to" ] || [ "${number[$1]}" -le "${number[$to]}" ] || return 1
}

need_tools() {
  local one
  for one in helm kubectl sha256sum timeout tail tr cp mv mkdir sleep uname; do
    command -v "$one" >/dev/null || refuse "$one is needed and is not on PATH."
  done
  [ -n "$context" ] || refuse 'this plan names no kube context: give it with --context NAME.'
}

# The steps beside a background step follow it in the list; they belong together.
members_of() {
  local one k
  beside_ids=()
  for ((k = ${number[$1]}; k < total; k++)); do
    one=${steps[k]}
    load "$one"
    [ "$group" = "$1" ] || break
    beside_ids+=("$one")
  done
  load "$1"
}

walk() {
  local one rerun=no forced=no k=0
  [ -z "$from" ] || forced=yes
  while [ "$k" -lt "$total" ]; do
    one=${steps[k]}
    k=$((k + 1))
    in_range "$one" || continue
    load "$one"
    [ "$fresh" = no ] || rerun=yes
    if [ -n "${ended[$one]+x}" ] && [ "$rerun" = no ] && [ "$forced" = no ]; then continue; fi
    if [ -n "$log" ] && [ "$to" != "$one" ]; then
      members_of "$one"
      [ "$rerun" = no ] || for id in "${beside_ids[@]}"; do unset 'ended[$id]'; done
      id=$one
      k=$((k + ${#beside_ids[@]}))
      do_group
    elif [ -n "$log" ]; then
      beside_ids=()
      do_group
    else
      do_step
    fi
  done
}

complete() {
  local one
  for one in "${steps[@]}"; do
    [ -n "${ended[$one]+x}" ] || in_rollback_before_entry "$one" || return 1
  done
}

in_rollback_before_entry() { [ "$direction" = rollback ] && [ -n "$entered" ] && [ "${number[$1]}" -lt "${number[$entered]}" ]; }

main() {
  local key
  read_options "$@"
  if [ -n "$unchanged" ]; then
    say "$unchanged"
    finish 0
  fi
  for key in "${!names[@]}"; do
    capture["$key"]=''
    [ "$mode" = run ] || capture["$key"]="<${names[$key]}>"
  done
  check_options
  case $mode in
    list)
      list_steps
      [ -z "$refused" ] || warn "$direction: $refused"
      finish 0
      ;;
    dry)
      [ -z "$refused" ] || refuse "$refused"
      dry_run
      finish 0
      ;;
  esac
  [ -z "$refused" ] || refuse "$refused"
  need_tools
  trap clean_up EXIT
  trap on_signal INT TERM HUP
  open_home
  lock
  choose_run
  out=$run/tmp/out err=$run/tmp/err
  mkdir -p "$run/tmp"
  say "$headline"
  say "Plan ${plan:0:12}, context $context. Journal: $run/journal"
  walk
  if complete; then
    end_run
  else
    say "$direction: these steps are done; others are not. This goes on:"
    say "  $(again "$0")"
  fi
}
