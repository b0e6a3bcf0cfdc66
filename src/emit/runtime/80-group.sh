
# ---- a command in the background, and the steps beside it ---------------------------------------------------------

group_pid='' group_status=''

start_group() {
  main_block || return 1
  block_words "$found"
  local -a command=("${argv[@]}")
  [ "${#step_env[@]}" -eq 0 ] || command=(env "${step_env[@]}" "${command[@]}")
  (
    trap '' HUP
    exec timeout "$limit" "${command[@]}"
  ) </dev/null >"$files/$log" 2>&1 &
  group_pid=$! group_status=''
  printf '%s %s\n' "$group_pid" "$(started_at "$group_pid" || true)" >"$run/child"
}

group_runs() {
  [ -n "$group_pid" ] || return 1
  kill -0 "$group_pid" 2>/dev/null && return 0
  group_status=0
  wait "$group_pid" || group_status=$?
  group_pid=''
  rm -f "$run/child"
  return 1
}

# SIGTERM, never more: Helm then marks its record as failed, and leaves nothing pending.
end_group() {
  [ -n "$group_pid" ] || return 0
  kill -TERM "$group_pid" 2>/dev/null || true
  while group_runs; do sleep 0.5; done
}

all_ended() {
  local one
  for one in "$@"; do [ -n "${ended[$one]+x}" ] || return 1; done
}

# One round over the steps beside it: each is looked at when it is due.
tend() {
  local one result
  for one in "${beside_ids[@]}"; do
    [ -z "${ended[$one]+x}${lost[$one]+x}" ] || continue
    [ "$(now)" -ge "${due[$one]-0}" ] || continue
    load "$one"
    all_ended "${needed[@]}" || continue
    if [ -z "${began[$one]-}" ]; then
      step_began=$(now)
      is_due || continue
      began["$one"]=$step_began
      note_down start "$one"
      will_change
    fi
    step_began=${began[$one]} result=0
    case $kind in
      wait | http) look || result=$? ;;
      *) attempts || result=2 ;;
    esac
    due["$one"]=$(($(now) + (poll > 0 ? poll : 1)))
    if [ "$result" -eq 0 ]; then
      took ok
      end_line ok
    elif [ "$result" -eq 2 ] || [ $(($(now) - step_began)) -ge "$limit" ]; then
      lose "$one" "$result"
    fi
  done
}

lose() { # lose ID RESULT
  note_down fail "$1" "$reason"
  end_line FAIL
  explain_failure
  if [ "$optional" = yes ]; then
    ended["$1"]=1
    return
  fi
  lost["$1"]=1
  [ "$2" -ne 2 ] || [ "$hopeless_for" -eq 0 ] || [ -z "$group_pid" ] || {
    warn "        The command beside it is ended with SIGTERM."
    end_group
  }
}

anything_open() {
  local one
  for one in "${beside_ids[@]}"; do
    [ -n "${ended[$one]+x}" ] || [ -n "${lost[$one]+x}" ] || return 0
  done
  return 1
}

open_steps() {
  local one list=''
  for one in "${beside_ids[@]}"; do
    [ -n "${ended[$one]+x}${lost[$one]+x}" ] || list="$list${list:+, }$one"
  done
  printf '%s' "$list"
}

pass_over_beside() {
  local one
  for one in "${beside_ids[@]}"; do
    load "$one"
    begin_line
    note_down end "$one" 'passed over'
    ended["$one"]=1
    end_line pass
  done
}

# do_group: the loaded step and those in beside_ids
do_group() {
  local leader=$id spoke
  local -A began=() due=() lost=()
  begin_line
  if is_due; then
    note_down start "$leader"
    will_change
    start_group
    [ "$terminal" = no ] || printf '\r\033[K'
    say "...   $(place)  began        $title  ($leader); its log is $files/$log"
    local leader_began=$step_began leader_title=$title
    spoke=$(now)
    while group_runs; do
      tend
      still "$leader_title: $(duration $(($(now) - leader_began)))"
      pause 1
    done
    load "$leader"
    step_began=$leader_began status=$group_status
    if [ "$status" -ne 0 ]; then
      reason="exit status $status" why=''
      [ "$status" -ne 124 ] || reason="it took longer than $(duration "$limit")"
      failed
    fi
    took ok
    end_line ok
  elif [ -n "${passed[$leader]+x}" ]; then
    pass_over_beside
    return 0
  fi
  spoke=$(now)
  while anything_open; do
    tend
    still "It has ended; awaited beside it: $(open_steps)"
    pause 1
  done
  [ "${#lost[@]}" -eq 0 ] || {
    for id in "${!lost[@]}"; do break; done
    load "$id"
    reason='it failed beside the command above' why=''
    step_began=$(now)
    failed
  }
}
