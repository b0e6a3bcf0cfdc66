
# ---- the work folder: journal, captures, lock ---------------------------------------------------------------------
#
# BASE/<uid of namespace kube-system>/<namespace>/<release>/
#   lock/       there is one start at a time
#   current     name of the run that is under way, or that a rollback would undo
#   <plan>-<n>/ one run: journal, captures, files/
#   archive/    runs that ended; never resumed

note_down() { # note_down EVENT STEP [DETAIL]
  printf '%s %s %s %s\n' "$(stamp)" "$1" "$2" "${3:-}" >>"$run/journal"
}

# Who holds a process id: a number that is used again has another start time. What has ended and nobody has asked after yet (a zombie) holds nothing.
started_at() {
  local text rest
  { text=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  rest=${text##*) }
  # shellcheck disable=SC2086
  set -- $rest
  [ "$1" != Z ] || return 1
  printf '%s' "${20}"
}

is_at_work() { # is_at_work PID START
  local start
  [ -n "$2" ] || { kill -0 "$1" 2>/dev/null; return; } # its start could not be read
  start=$(started_at "$1") && [ "$start" = "$2" ]
}

lock() {
  local owner pid start host
  if ! mkdir "$home/lock" 2>/dev/null; then
    owner=$(cat "$home/lock/owner" 2>/dev/null || true)
    read -r pid start host <<<"$owner" || true
    if [ "${host:-}" != "$(uname -n)" ] || [ -z "$pid" ] || is_at_work "$pid" "$start"; then
      refuse "another start is at work on this release (process ${pid:-unknown} on ${host:-unknown}, lock $home/lock)."
    fi
    rm -rf "$home/lock"
    mkdir "$home/lock" 2>/dev/null || refuse "another start took the lock $home/lock."
  fi
  locked=yes
  printf '%s %s %s\n' "$$" "$(started_at $$ || true)" "$(uname -n)" >"$home/lock/owner"
}

# A helm that outlived the start which began it must end first.
no_helm_left() {
  local pid start
  [ -f "$run/child" ] || return 0
  read -r pid start <"$run/child" || return 0
  is_at_work "$pid" "$start" || return 0
  refuse "the command of the last start is still at work (process $pid). Wait for it, or end it: kill -TERM $pid"
}

# This step and those after it are to be done again.
reopen() {
  local one
  for one in "${steps[@]}"; do
    [ -z "${number[$1]+x}" ] || [ "${number[$one]}" -lt "${number[$1]}" ] || unset 'ended[$one]'
  done
}

read_journal() {
  local _ event step detail key value
  while read -r _ event step detail; do
    case $event in
      start) started["$step"]=1; unset 'ended[$step]' ;;
      change) changed=yes changed_by["$step"]=1 ;;
      end) ended["$step"]=1 ;;
      accept) accepted["$detail"]=1 ;;
      enter) entered=$step ;;
      again) reopen "$step" ;;
    esac
  done <"$run/journal"
  while IFS=' ' read -r key value; do
    [ -z "${names[$key]+x}" ] || take "$key" "$value"
  done <"$run/captures"
}

last_begun() { # last_begun STEP...: the last of them that was begun
  local one last=''
  for one in "$@"; do [ -z "${started[$one]+x}" ] || last=$one; done
  printf '%s' "$last"
}

# Whether a step of this script has changed anything yet.
look_who_changed() {
  local one
  for one in "${steps[@]}"; do [ -z "${changed_by[$one]+x}" ] || changed_here=yes; done
}

# take KEY VALUE: it is known from here on
take() {
  capture["$1"]=$2
  have["$1"]=1
  [ -z "${secret[$1]+x}" ] || secrets+=("$2")
}

keep_capture() { # keep_capture KEY VALUE
  printf '%s %s\n' "$1" "$2" >>"$run/captures"
  take "$1" "$2"
}

use_run() {
  run=$home/$1
  files=$run/files
  mkdir -p "$files" "$run/tmp"
  touch "$run/journal" "$run/captures"
  no_helm_left
}

new_run() {
  local n=1 name previous=''
  [ ! -f "$home/current" ] || previous=$(<"$home/current")
  while [ -e "$home/${plan:0:12}-$n" ] || [ -e "$home/archive/${plan:0:12}-$n" ]; do n=$((n + 1)); done
  name=${plan:0:12}-$n
  use_run "$name"
  printf '%s\n' "$plan" >"$run/plan"
  printf 'open\n' >"$run/state"
  [ -z "$previous" ] || printf '%s\n' "$previous" >"$run/previous"
  printf '%s\n' "$name" >"$home/current"
  note_down run - "plan $plan, release $release in $namespace, $version_old to $version_new"
}

state() { printf '%s\n' "$1" >"$run/state.new" && mv "$run/state.new" "$run/state"; }

archive_run() {
  local name=${run##*/}
  mkdir -p "$home/archive"
  mv "$run" "$home/archive/$name"
  run=$home/archive/$name
  files=$run/files
  [ ! -f "$home/current" ] || [ "$(<"$home/current")" != "$name" ] || rm -f "$home/current"
}

# Where the work folder of this release in this cluster is.
open_home() {
  local base uid
  base=${given_work_dir:-${default_work_dir:-${XDG_STATE_HOME:-${HOME:?}/.local/state}/rutter}}
  uid=$(timeout 60 kubectl --context "$context" get namespace kube-system -o 'jsonpath={.metadata.uid}') ||
    refuse "the cluster of context $context does not answer."
  [[ $uid =~ ^[0-9A-Za-z-]+$ ]] || refuse "the cluster of context $context does not say which it is."
  mkdir -p "$base" || refuse "the work folder $base cannot be made (--work-dir DIR)."
  base=$(cd "$base" && pwd)
  home=$base/$uid/$namespace/$release
  mkdir -p "$home"
  chmod 700 "$base/$uid" "$base/$uid/$namespace" "$home"
}
