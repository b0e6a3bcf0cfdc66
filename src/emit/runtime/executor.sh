
# ---- one task of an executor ---------------------------------------------------------------------------------------
#
# bash LIBRARY upgrade|rollback start|go|once|end|all [SENTENCES]: the steps that the sentences spell, in the run that `start` began.
#   start  finds or makes the run, as plan.sh and rollback.sh do, and says where the rollback begins
#   go     does the steps; what the journal says is done is passed over
#   once   one look at a step that waits; exit status 75: not yet
#   end    the run is over
#   all    start, go and end in one
# The environment says the rest: RUTTER_RUN (which start this is; any word that no other has), RUTTER_CONTEXT, RUTTER_WORK_DIR, RUTTER_ENTRY
# (rollback: where to begin; "auto" is where the journal says), RUTTER_ACCEPT (ids, one a line), RUTTER_YES (yes), CHART_OLD, CHART_NEW,
# VALUES_OLD, VALUES_NEW. What a task found out goes where its sentences say; progress goes to standard error.

task='' raw=() given_ids=() given_yes=no gives_key=() gives_to=() gate_out=''
declare -A given_at=() given_end=()

listed() {
  local path
  bytes_to path "$2"
  list_sha+=("$1") list_path+=("$path")
}

document() {
  local source kind name
  bytes_to source "$2"
  bytes_to kind "$3"
  bytes_to name "$4"
  want_sha+=("$1") want_source+=("$source") want_kind+=("$kind") want_name+=("$name")
}

again() {
  local what='start the same once more; it goes on from there'
  [ "$1" = "$0" ] || what='start it with the entry "auto"'
  shift
  [ "$#" -eq 0 ] || what+=", with $(shown "$@")"
  printf '%s' "$what"
}

# ---- sentences ----

approved() { if [ -n "$accept_id" ]; then accepted["$accept_id"]=1; else yes=yes; fi; }
gate_due() { gate_out=$1; }
gives() { gives_key+=("$1") gives_to+=("$2"); }

speak() {
  case $1 in
    about | note | line | uses | only_if | run | run_helm3 | before | done_if | hopeless | expect | takes | save | stdin | with_env | private | \
      changes | optional | fresh | at_most | every | usually | retries | background | beside | needs | input | accept | ask | header | token | \
      body | again_on | header_like | body_like | body_unlike | text | hole | approved | gate_due | gives) "$@" ;;
    *) refuse "$(shown "$1") is no word for a step." ;;
  esac
}

# What the sentences say of a step; nothing when it is none of this task's.
step() {
  local k word
  local -a sentence=()
  gives_key=() gives_to=() gate_out='' yes=$given_yes
  [ -n "${given_at[$1]+x}" ] || return 0
  for ((k = given_at[$1]; k < given_end[$1]; k++)); do
    if [ "${raw[k]}" != ';' ]; then
      decode_to word "${raw[k]}"
      sentence+=("$word")
    else
      speak "${sentence[@]}"
      sentence=()
    fi
  done
}

read_sentences() {
  local k one='' begins=yes
  raw=("$@")
  for k in "${!raw[@]}"; do
    if [ "$begins" = yes ] && [ "${raw[k]}" = step ]; then
      one=${raw[k + 1]-}
      [ -n "${number[$one]+x}" ] || refuse "there is no step $(shown "$one")."
      given_ids+=("$one")
      given_at["$one"]=$((k + 3))
    fi
    begins=no
    [ "${raw[k]}" != ';' ] || begins=yes
    [ -z "$one" ] || given_end["$one"]=$((k + 1))
  done
}

# ---- results ----

give() { # give NAME|/FILE VALUE
  local mark
  case $1 in
    /*)
      mkdir -p "${1%/*}"
      printf '%s' "$2" >"$1"
      ;;
    *)
      if [ -n "${GITHUB_OUTPUT:-}" ]; then
        mark=$(</proc/sys/kernel/random/uuid)
        printf '%s<<%s\n%s\n%s\n' "$1" "$mark" "$2" "$mark" >>"$GITHUB_OUTPUT"
      else
        printf '%s=%s\n' "$1" "$2" >&3
      fi
      ;;
  esac
}

give_results() {
  local i
  for i in "${!gives_key[@]}"; do give "${gives_to[i]}" "${capture[${gives_key[i]}]}"; done
}

# Whether the gate has still to be asked, for an executor that asks by itself.
give_gate() {
  local due=due
  if [ -n "${ended[$id]+x}" ] || ! applies; then due=passed; fi
  if [ -n "$accept_id" ] && [ -n "${accepted[$accept_id]+x}${accepted[all]+x}" ]; then due=passed; fi
  if [ -z "$accept_id" ] && [ "$given_yes" = yes ]; then due=passed; fi
  if [ "$due" = due ]; then
    say "GATE  $(place)  $title  ($id)"
    show_texts
  fi
  give "$gate_out" "$due"
}

# ---- tasks ----

first_fresh() { # the first step that every start takes anew
  local one
  for one in "${fresh_steps[@]}"; do
    if [ -n "${number[$one]+x}" ] && ! in_rollback_before_entry "$one"; then
      printf '%s' "$one"
      return
    fi
  done
}

start_task() {
  local entry=${RUTTER_ENTRY:-} entry_to=$1 again_from='' one known=no
  if [ "$direction" = rollback ]; then
    for one in auto "${entry_steps[@]}"; do [ "$one" != "$entry" ] || known=yes; done
    [ "$known" = yes ] || refuse "$(shown "$entry") is no entry point of the rollback: it is one of auto ${entry_steps[*]}"
    [ "$entry" = auto ] || from=$entry
    [ -z "$entry_to" ] || give "$entry_to" ''
  elif [ -n "$entry" ]; then
    refuse 'an entry point belongs to the rollback.'
  fi
  choose_run
  if [ "$direction" = rollback ]; then
    if [ -n "$from" ] && [ "$from" != "$entered" ]; then
      note_down enter "$from"
      entered=$from
    fi
    again_from=${from:-$(first_fresh)}
    [ -z "$entry_to" ] || give "$entry_to" "${from:-$entered}"
  elif [ "$changed" = no ]; then
    again_from=${steps[0]}
  else
    again_from=$(first_fresh)
  fi
  [ -z "$again_from" ] || note_down again "$again_from"
  printf '%s\n' "$RUTTER_RUN" >"$run/token"
  rm -f "$run/busy" "$run/polling"
  say "$headline"
  say "Plan ${plan:0:12}, context $context. Journal: $run/journal"
}

# The run that this start began, and no other.
join_task() {
  local want=open
  [ -f "$home/current" ] || refuse 'no run of this release is under way; start from the beginning.'
  use_run "$(<"$home/current")"
  [ "$(<"$run/plan")" = "$plan" ] || refuse "the run under way is of another plan ($(<"$run/plan"))."
  [ "$(cat "$run/token" 2>/dev/null || true)" = "$RUTTER_RUN" ] || refuse 'another start has taken over this run.'
  [ "$direction" = upgrade ] || want=back
  [ "$(<"$run/state")" = "$want" ] || refuse "the run is not under way in this direction any more ($(<"$run/state"))."
  [ ! -f "$run/busy" ] || refuse "$(clean "$(<"$run/busy")") did not end well in this start; $(again "$0")."
  read_journal
  look_who_changed
}

do_given() {
  local one k=0
  while [ "$k" -lt "${#given_ids[@]}" ]; do
    one=${given_ids[k]}
    k=$((k + 1))
    in_rollback_before_entry "$one" && continue
    load "$one"
    if [ -n "$gate_out" ]; then
      give_gate
      continue
    fi
    if [ -n "${ended[$one]+x}" ]; then
      :
    elif [ -n "$log" ]; then
      members_of "$one"
      k=$((k + ${#beside_ids[@]}))
      do_group
    else
      do_step
    fi
    load "$one"
    give_results
  done
}

# One look at the step that waits; what has been seen so far is kept until the next.
look_once() {
  local was='' since='' hopeless='' result=0
  load "${given_ids[0]}"
  [ -z "${ended[$id]+x}" ] || return 0
  [ ! -f "$run/polling" ] || read -r was since hopeless <"$run/polling" || true
  if [ "$was" != "$id" ]; then
    is_due || return 0
    note_down start "$id"
    since=$(now) hopeless=''
  fi
  hopeless_since["$id"]=$hopeless step_began=$since
  look || result=$?
  if [ "$result" -eq 1 ] && [ $(($(now) - since)) -lt "$limit" ]; then
    printf '%s %s %s\n' "$id" "$since" "${hopeless_since[$id]-}" >"$run/polling"
    rm -f "$run/busy"
    say "not yet: $(clean "$reason")"
    finish 75
  fi
  rm -f "$run/polling"
  [ "$result" -ne 1 ] || reason+=" after $(duration "$limit")${limit_why:+ ($limit_why)}"
  if [ "$result" -eq 0 ]; then
    took ok
    end_line ok
  elif [ "$optional" = yes ]; then
    note_down end "$id" "not so: $reason"
    ended["$id"]=1
    end_line look
    explain_failure
  else
    failed
  fi
}

end_task() {
  complete || refuse 'not all steps are done; start the same once more.'
  rm -f "$run/token"
  end_run
}

main_executor() {
  local key line entry_to=''
  exec 3>&1 >&2
  task=${1:?start, go, once, end or all}
  shift
  if [ "$task" = start ] && [ "${1-}" = gives ]; then
    entry_to=$2
    shift 3
  fi
  if [ -n "$unchanged" ]; then
    say "$unchanged"
    [ -z "$entry_to" ] || give "$entry_to" ''
    finish 0
  fi
  context=${RUTTER_CONTEXT:-} given_work_dir=${RUTTER_WORK_DIR:-} given_yes=${RUTTER_YES:-no}
  : "${RUTTER_RUN:?a word for this start}"
  while IFS= read -r line; do [ -z "$line" ] || accepting+=("$line"); done <<<"${RUTTER_ACCEPT:-}"
  for key in "${!names[@]}"; do capture["$key"]=''; done
  check_options
  [ -z "$refused" ] || refuse "$refused"
  need_tools
  trap clean_up EXIT
  trap on_signal INT TERM HUP
  open_home
  lock
  case $task in
    start | all) start_task "$entry_to" ;;
    *) join_task ;;
  esac
  read_sentences "$@"
  out=$run/tmp/out err=$run/tmp/err
  mkdir -p "$run/tmp"
  [ "${#given_ids[@]}" -eq 0 ] || printf '%s\n' "${given_ids[0]}" >"$run/busy"
  case $task in
    once) look_once ;;
    all)
      do_given
      end_task
      ;;
    end) end_task ;;
    *) do_given ;;
  esac
  rm -f "$run/busy"
}

shift
main_executor "$@"
