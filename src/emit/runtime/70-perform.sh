
# ---- doing one step -----------------------------------------------------------------------------------------------

place() { printf '%*d/%d' "${#total}" "${number[$id]}" "$total"; }

begin_line() {
  step_began=$(now)
  [ "$terminal" = no ] || printf '%-5s %s  %s ...' '' "$(place)" "$title"
}

end_line() { # end_line RESULT: one line of progress, with time used and time expected
  local used=$(($(now) - step_began)) spent
  spent=$(duration "$used")
  [ "$usual" -eq 0 ] || spent+=" of $(duration "$usual")"
  [ "$terminal" = no ] || printf '\r\033[K'
  printf '%-5s %s  %-12s %s  (%s)\n' "$1" "$(place)" "$spent" "$title" "$id"
}

took() { note_down end "$id" "$1"; ended["$id"]=1; }

take_output() {
  local i value
  local -a all=()
  { mapfile -t all <"$out"; } 2>/dev/null
  for i in "${!take_key[@]}"; do
    value=${all[i]-} why=${take_why[i]}
    if [ -z "$value" ] && [ "${take_else[i]}" != none ]; then
      value=${take_else[i]#=}
    elif [ -z "$value" ] && [ -z "${take_like[i]}" ]; then
      reason="${take_key[i]}: there is no value"
      return 1
    elif [ -n "${take_like[i]}" ] && ! [[ $value =~ ${take_like[i]} ]]; then
      reason="${take_key[i]} is not like ${take_like[i]}"
      return 1
    fi
    case ${take_type[i]} in
      int) [[ -z $value || $value =~ ^-?[0-9]+$ ]] || reason="${take_key[i]} is no number" ;;
      bool) [[ -z $value || $value =~ ^(true|false)$ ]] || reason="${take_key[i]} is neither true nor false" ;;
    esac
    [ -z "$reason" ] || return 1
    keep_capture "${take_key[i]}" "$value"
  done
  why=''
}

keep_output() {
  [[ $save_to != */* ]] || mkdir -p "$files/${save_to%/*}"
  cp "$out" "$files/$save_to.new" && mv "$files/$save_to.new" "$files/$save_to"
}

# One try of a command. What reads may be killed when it hangs; what changes gets SIGTERM alone.
attempt() {
  reason='' why=''
  main_block || { reason='there is no command' && return 1; }
  local n=$found seconds=$limit
  [ "$seconds" -gt 0 ] || seconds=120
  block_words "$n"
  call "$seconds" "${argv[@]}"
  meets "$n" || return 1
  [ -z "$save_to" ] || keep_output
  take_output
}

attempts() {
  local i
  for ((i = 1; ; i++)); do
    attempt && return 0
    [ "$i" -lt "$tries" ] || return 1
    pause "$poll"
  done
}

# One look at what is waited for. 0: it is so; 1: not yet; 2: it will not be.
look() {
  if [ "$kind" = http ]; then
    http_once
    return
  fi
  find_block run || return 2
  local n=$found
  block_words "$n"
  call $((limit > 0 && limit < 60 ? limit : 60)) "${argv[@]}"
  if meets "$n"; then return 0; fi
  local pending_reason=$reason pending_why=$why
  if [ "$hopeless_for" -gt 0 ] && find_block hopeless; then
    cp "$out" "$run/tmp/seen"
    if holds "$found"; then
      [ -n "${hopeless_since[$id]-}" ] || hopeless_since["$id"]=$(now)
      if [ $(($(now) - hopeless_since["$id"])) -ge "$hopeless_for" ]; then
        reason="for $(duration "$hopeless_for") now it has been hopeless"
        for n in "${!expect_of[@]}"; do [ "${expect_of[n]}" -ne "$found" ] || why=${expect_why[n]}; done
        return 2
      fi
    else
      hopeless_since["$id"]=''
      cp "$run/tmp/seen" "$out"
    fi
  fi
  reason=$pending_reason why=$pending_why
  return 1
}

# Once a minute: a person who looks at the log knows what is waited for.
still() {
  [ $(($(now) - spoke)) -ge 60 ] || return 0
  spoke=$(now)
  say "...   $1"
}

wait_for_it() {
  local from result spoke
  from=$(now) spoke=$(now)
  while :; do
    result=0
    look || result=$?
    [ "$result" -ne 0 ] || return 0
    [ "$result" -eq 1 ] && [ "$poll" -gt 0 ] || return 1
    if [ $(($(now) - from)) -ge "$limit" ]; then
      reason+=" after $(duration "$limit")${limit_why:+ ($limit_why)}"
      return 1
    fi
    [ "$terminal" = yes ] || still "$(place)  $(duration $(($(now) - from)))  $title  ($id)"
    pause "$poll"
  done
}

write_document() {
  [[ $save_to != */* ]] || mkdir -p "$files/${save_to%/*}"
  printf '%s\n' "$document" >"$files/$save_to.new" && mv "$files/$save_to.new" "$files/$save_to"
}

show_texts() {
  local one
  for one in "${notes[@]}"; do say "        $one"; done
  for one in "${lines[@]}"; do say "        - $one"; done
}

# A person's yes. Losses and errors want their id, the others --yes; a terminal is asked.
pass_gate() {
  local reply=''
  if [ -n "$accept_id" ]; then
    if [ -n "${accepted[$accept_id]+x}" ] || [ -n "${accepted[all]+x}" ]; then
      note_down accept "$id" "$accept_id"
      accepted["$accept_id"]=1
      return 0
    fi
  elif [ "$yes" = yes ]; then
    note_down yes "$id"
    return 0
  fi
  [ "$terminal" = no ] || printf '\r\033[K'
  say "GATE  $(place)  $title  ($id)"
  show_texts
  if [ -t 0 ]; then
    if [ -n "$accept_id" ]; then printf '        Type %s to accept it: ' "$accept_id"; else printf '        Go on? Type yes: '; fi
    IFS= read -r reply || true
  fi
  if [ -n "$accept_id" ] && [ "$reply" = "$accept_id" ]; then
    note_down accept "$id" "$accept_id"
    return 0
  elif [ -z "$accept_id" ] && [ "$reply" = yes ]; then
    note_down yes "$id"
    return 0
  fi
  note_down gate "$id"
  warn "$direction: stopped at a gate. Next:"
  if [ -n "$accept_id" ]; then warn "  $(again "$0" --accept "$accept_id")"; else warn "  $(again "$0" --yes)"; fi
  next_back
  finish 3
}

# Marks the first moment from which something may have changed.
will_change() {
  [ "$changing" = yes ] || return 0
  note_down change "$id"
  changed=yes changed_here=yes
}

# Whether the step is to be run: 0 yes, 1 no (and it is entered in the journal).
is_due() {
  if ! applies; then
    local key
    for key in "${take_key[@]}"; do keep_capture "$key" ''; done
    note_down end "$id" "passed over"
    ended["$id"]=1 passed["$id"]=1
    end_line pass
    return 1
  fi
  if [ "${#missing[@]}" -gt 0 ]; then
    reason="it needs ${missing[*]}, which is not in the journal"
    why='Run the steps before it first (without --from or --only).'
    failed
  fi
  if find_block 'done' && holds "$found"; then
    took 'was done already'
    end_line 'done'
    return 1
  fi
  if ! preconditions_hold; then
    found=-1
    failed
  fi
}

perform() {
  case $kind in
    note) show_texts ;;
    gate) pass_gate ;;
    write) write_document ;;
    input) bring_input ;;
    http | wait) wait_for_it ;;
    *) attempts ;;
  esac
}

do_step() {
  argv=() reason='' why=''
  : >"$out"
  : >"$err"
  begin_line
  is_due || return 0
  note_down start "$id"
  started["$id"]=1
  will_change
  if perform; then
    took ok
    end_line ok
    return 0
  fi
  if [ "$optional" = yes ]; then
    note_down end "$id" "not so: $reason"
    ended["$id"]=1
    end_line look
    explain_failure
    return 0
  fi
  failed
}
