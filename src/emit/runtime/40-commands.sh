
# ---- running commands, and whether they show what they must -------------------------------------------------------

# call SECONDS WORD...: standard output and error to $out and $err, exit status to $status. It runs in the background so that a signal is
# heard at once, and apart from the terminal's, so that only this script decides what ends.
call() {
  local seconds=$1 in=/dev/null
  shift
  local -a command=("$@")
  [ -z "$stdin_from" ] || in=$files/$stdin_from
  [ "${#step_env[@]}" -eq 0 ] || command=(env "${step_env[@]}" "${command[@]}")
  (
    trap '' HUP
    exec timeout "$seconds" "${command[@]}"
  ) <"$in" >"$out" 2>"$err" &
  child=$!
  status=0
  wait "$child" || status=$?
  child=''
}

text_of() { { printf -v "$1" '%s' "$(<"$2")"; } 2>/dev/null; }

some_line() { # some_line REGEX TEXT
  local one
  while IFS= read -r one; do
    [[ $one =~ $1 ]] && return 0
  done <<<"$2"
  return 1
}

# Documents of a manifest, as digests: "# Source:" to the next "---" (or the notes of a dry run), without the empty lines after the first and at the end.
split_documents() { # split_documents FILE
  local one source='' n=0 kept='' empty=''
  doc_source=() doc_text=()
  finish_document() {
    [ -n "$source" ] || return 0
    doc_source[n]=$source doc_text[n]=$kept
    n=$((n + 1)) source=''
  }
  while IFS= read -r one || [ -n "$one" ]; do
    if [ "$one" = --- ] || [ "$one" = NOTES: ]; then
      finish_document
    elif [ -z "$source" ]; then
      if [[ $one == '# Source: '* ]]; then
        source=${one#\# Source: } kept=$one$'\n' empty=''
      fi
    elif [[ $one =~ ^[[:space:]]*$ ]]; then
      [ "$kept" = "# Source: $source"$'\n' ] || empty+=$one$'\n'
    else
      kept+=$empty$one$'\n' empty=''
    fi
  done <"$1"
  finish_document
}

has_documents() { # has_documents SIDE FILE: every document of that side is in it
  local i k digest
  local -A seen=()
  want_sha=() want_source=() want_kind=() want_name=()
  "documents_$1"
  split_documents "$2"
  for i in "${!doc_source[@]}"; do
    digest=$(printf '%s' "${doc_text[i]}" | sha256sum)
    seen["${digest%% *} ${doc_source[i]}"]=1
  done
  for i in "${!want_sha[@]}"; do
    if [ -n "${want_sha[i]}" ]; then
      [ -n "${seen["${want_sha[i]} ${want_source[i]}"]+x}" ] && continue
    else
      for k in "${!doc_source[@]}"; do
        [ "${doc_source[k]}" = "${want_source[i]}" ] && [[ $'\n'${doc_text[k]} == *$'\n'"kind: ${want_kind[i]}"$'\n'* ]] &&
          [[ ${doc_text[k]} == *"${want_name[i]}"* ]] && continue 2
      done
    fi
    reason="it has no such ${want_kind[i]} ${want_name[i]} (${want_source[i]})"
    return 1
  done
}

document() { want_sha+=("$1") want_source+=("$2") want_kind+=("$3") want_name+=("$4"); }

input_path() {
  case $1 in
    chart-*) printf '%s' "$run/$1$([ "${packaged[$1]}" = no ] || printf .tgz)" ;;
    *) printf '%s' "$run/$1.yaml" ;;
  esac
}

same_bytes() { [ -f "$2" ] && [ "$(sha "$1")" = "$(sha "$2")" ]; }

# meets BLOCK: whether the command just run is as the block expects; $reason and $why say what is not
meets() {
  local i n=$1 allowed='' want got file
  reason='' why=''
  for i in "${!expect_of[@]}"; do
    [ "${expect_of[i]} ${expect_kind[i]}" = "$n exit" ] || continue
    allowed+=" ${expect_text[i]}"
    [ -n "$why" ] || why=${expect_why[i]}
  done
  if [[ " ${allowed:-0} " != *" $status "* ]]; then
    reason="exit status $status"
    [ "$status" -ne 124 ] || reason='it took too long'
    return 1
  fi
  for i in "${!expect_of[@]}"; do
    [ "${expect_of[i]}" -eq "$n" ] || continue
    why=${expect_why[i]} want=${expect_text[i]} file=$out
    [ "${expect_where[i]}" = stdout ] || file=$err
    text_of got "$file"
    case ${expect_kind[i]} in
      exit) ;;
      equals) [ "$got" = "$want" ] || reason="it is not '$want'" ;;
      unequal) [ "$got" != "$want" ] || reason="it is '$want'" ;;
      matches) some_line "$want" "$got" || reason="no line matches $want" ;;
      not-matches) ! some_line "$want" "$got" || reason="a line matches $want" ;;
      contains) [[ $got == *"$want"* ]] || reason="it does not contain $want" ;;
      empty) [ -z "$got" ] || reason='it is not empty' ;;
      not-empty) [ -n "$got" ] || reason='it is empty' ;;
      int-ge) [[ $got =~ ^-?[0-9]+$ ]] && [ "$got" -ge "$want" ] || reason="it is no number of at least $want" ;;
      same-file) same_bytes "$file" "$files/$want" || reason="it is not $want" ;;
      same-input) same_bytes "$file" "$(input_path "$want")" || reason="it is not the input $want" ;;
      documents) has_documents "$want" "$file" || true ;;
    esac
    [ -z "$reason" ] || return 1
  done
  why=''
}

# Runs a check; its output is in $out and $err.
holds() {
  block_words "$1"
  call 60 "${argv[@]}"
  meets "$1"
}

preconditions_hold() {
  local n
  for n in "${!block_type[@]}"; do
    [ "${block_type[n]}" = before ] || continue
    holds "$n" || return 1
  done
}
