
# Words as they are spelt where there is no shell: a byte may stand as %HH, and %(kind:text) is a value that only the run knows.
bytes_to() { # bytes_to VARIABLE WORD
  local text=${2//\\/\\\\}
  printf -v "$1" '%b' "${text//%/\\x}"
}

decode_to() { # decode_to VARIABLE WORD
  local rest=$2 whole='' part inner value
  while [[ $rest == *'%('* ]]; do
    bytes_to part "${rest%%'%('*}"
    inner=${rest#*'%('}
    rest=${inner#*')'}
    inner=${inner%%')'*}
    bytes_to value "${inner#*:}"
    case ${inner%%:*} in
      capture) value=${capture[$value]} ;;
      work) value=$files/$value ;;
      input) value=$(input_path "$value") ;;
      param) if [ "$value" = context ]; then value=$context; else value=$terraform_dir; fi ;;
    esac
    whole+=$part$value
  done
  bytes_to part "$rest"
  printf -v "$1" '%s' "$whole$part"
}
