
# ---- words: messages, quoting, time -------------------------------------------------------------------------------

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }

# Text from elsewhere on its way to the terminal: control characters become dots.
clean() { printf '%s' "$1" | tr '\000-\010\013-\037\177' '.'; }

# The words of a command as one could type them again; what is secret is masked.
shown() {
  local word secret out=''
  for word in "$@"; do
    for secret in "${secrets[@]}"; do
      [ -z "$secret" ] || word=${word//"$secret"/<secret>}
    done
    if [[ $word =~ ^[A-Za-z0-9_./:=@%+,-]+$ ]]; then
      out+="$word "
    else
      out+="'${word//\'/\'\\\'\'}' "
    fi
  done
  printf '%s' "${out% }"
}

now() { printf '%(%s)T' -1; }
stamp() { TZ=UTC printf '%(%Y-%m-%dT%H:%M:%SZ)T' -1; }

duration() {
  if [ "$1" -lt 120 ]; then printf '%ss' "$1"; else printf '%sm%02ds' $(($1 / 60)) $(($1 % 60)); fi
}

sha() { # sha FILE: its digest alone
  local line
  line=$(sha256sum <"$1") || return 1
  printf '%s' "${line%% *}"
}

# A pause that a signal ends at once.
pause() {
  sleep "$1" &
  napping=$!
  wait "$napping" || true
  napping=''
}

# The command that starts this script again as it was started, with more words.
again() {
  local script=$1
  shift
  local -a words=(bash "$script")
  [ -z "$context" ] || words+=(--context "$context")
  [ -z "$given_work_dir" ] || words+=(--work-dir "$given_work_dir")
  [ "$yes" = no ] || words+=(--yes)
  shown "${words[@]}" "$@"
}

# refuse TEXT...: nothing has been changed
refuse() {
  warn "$direction: $*"
  finish 2
}
