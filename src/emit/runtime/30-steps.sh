
# ---- the words that steps are written in --------------------------------------------------------------------------
#
# A step's function only says what the step is. Commands and checks are blocks of words; expectations belong to the block before them.

forget_step() {
  kind='' title='' notes=() lines=() conditions=() missing=()
  words=() block_type=() block_at=() block_n=()
  expect_of=() expect_kind=() expect_text=() expect_where=() expect_why=()
  take_key=() take_type=() take_like=() take_why=() take_else=()
  save_to='' stdin_from='' step_env=() private=no changing=no optional=no fresh=no
  limit=0 limit_why='' poll=0 usual=0 tries=1 hopeless_for=0
  log='' group='' needed=() input_role='' input_at='' accept_id=''
  http_method='' http_service='' http_port='' http_path='' http_status='' http_headers=() http_token='' http_body=''
  http_again='' http_header_like='' http_body_like='' http_body_unlike=''
  document=''
}

about() { kind=$1 title=$3; } # about KIND PHASE TITLE
note() { notes+=("$1"); }
line() { lines+=("$1"); }
uses() {
  local key
  for key in "$@"; do [ -n "${have[$key]+x}" ] || missing+=("$key"); done
}
only_if() { conditions+=("$1" "$2" "$3"); }
block() {
  block_type+=("$1") block_at+=("${#words[@]}")
  shift
  block_n+=("$#") words+=("$@")
}
run() { block run "$@"; }
run_helm3() { block run3 "$@"; }
before() { block before "$@"; }
done_if() { block 'done' "$@"; }
hopeless() {
  hopeless_for=$1
  shift
  block hopeless "$@"
}
expect() { # expect KIND TEXT WHY [stderr]
  expect_of+=($((${#block_type[@]} - 1))) expect_kind+=("$1") expect_text+=("$2") expect_why+=("$3") expect_where+=("${4:-stdout}")
}
takes() { take_key+=("$1") take_type+=("$2") take_like+=("$3") take_why+=("$4") take_else+=("${5-none}"); }
save() { save_to=$1; }
stdin() { stdin_from=$1; }
with_env() { step_env+=("$1=$2"); }
private() { private=yes; }
changes() { changing=yes; }
optional() { optional=yes; }
fresh() { fresh=yes; }
at_most() { limit=$1 limit_why=${2:-}; }
every() { poll=$1; }
usually() { usual=$1; }
retries() { tries=$(($1 + 1)); }
background() { log=$1; }
beside() { group=$1; }
needs() { needed+=("$@"); }
input() { input_role=$1 input_at=${2:-}; }
accept() { accept_id=$1; }
ask() { http_method=$1 http_service=$2 http_port=$3 http_path=$4 http_status=$5; }
header() { http_headers+=("$1"); }
token() { http_token=${capture[$1]}; }
body() { http_body=$1; }
again_on() { http_again=$1; }
header_like() { http_header_like=$1; }
body_like() { http_body_like=$1; }
body_unlike() { http_body_unlike=$1; }
text() { document+=$1; }
hole() { # hole TYPE KEY: a value that only the run knows, as JSON
  local value=${capture[$2]}
  case $1 in
    int) [[ $value =~ ^-?[0-9]+$ ]] || [ "$mode" != run ] || missing+=("$2") ;;
    bool) [[ $value =~ ^(true|false)$ ]] || [ "$mode" != run ] || missing+=("$2") ;;
    *)
      value=${value//\\/\\\\}
      value=${value//\"/\\\"}
      value=\"${value//$'\t'/\\t}\"
      ;;
  esac
  document+=$value
}

load() {
  forget_step
  id=$1
  step "$1"
}

find_block() { # find_block TYPE: its number in $found, or failure
  for found in "${!block_type[@]}"; do [ "${block_type[$found]}" != "$1" ] || return 0; done
  return 1
}

block_words() { argv=("${words[@]:${block_at[$1]}:${block_n[$1]}}"); }

# The command itself: Helm 3 has its own where the two differ.
main_block() {
  if [ "${capture[helm_major]-}" = 3 ] && find_block run3; then return 0; fi
  find_block run
}

applies() { # whether all conditions hold
  local i
  for ((i = 0; i < ${#conditions[@]}; i += 3)); do
    [ -n "${have[${conditions[i]}]+x}" ] || missing+=("${conditions[i]}")
    if [ "${conditions[i + 1]}" = '=' ]; then
      [ "${capture[${conditions[i]}]}" = "${conditions[i + 2]}" ] && continue
    else
      [ "${capture[${conditions[i]}]}" != "${conditions[i + 2]}" ] && continue
    fi
    return 1
  done
}
