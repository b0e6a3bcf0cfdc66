
# ---- charts and values: a copy in the work folder, checked, and only that is used ----------------------------------

source_of() { # source_of ROLE: where it lies, in $source
  case $1 in
    chart-old) source=${CHART_OLD:-$default_chart_old} ;;
    chart-new) source=${CHART_NEW:-$default_chart_new} ;;
    values-old) source=${VALUES_OLD:-$here/values-old.yaml} ;;
    values-new) source=${VALUES_NEW:-$here/values-new.yaml} ;;
  esac
  local variable=${1^^}
  variable=${variable/-/_}
  [ -n "$source" ] || { reason="$variable must say where the $1 is" && return 1; }
  [ -e "$source" ] || { reason="$source is not there; $variable says where the $1 is" && return 1; }
}

listed() { list_sha+=("$1") list_path+=("$2"); }

read_list() {
  list_sha=() list_path=()
  "files_${1/-/_}"
}

# The list as sha256sum reads it: a name with a backslash or a newline is escaped, and its line begins with a backslash.
check_list() { # check_list FOLDER
  local i path line
  for i in "${!list_path[@]}"; do
    path=${list_path[i]//\\/\\\\}
    path=${path//$'\n'/\\n}
    line="${list_sha[i]}  $path"
    [ "$path" = "${list_path[i]}" ] || line=\\$line
    printf '%s\n' "$line"
  done >"$run/tmp/list"
  if ! (cd "$1" && sha256sum --check --strict --quiet "$run/tmp/list") >"$out" 2>"$err"; then
    reason="files differ from those that the plan was made from: $(clean "$(tr '\n' ' ' <"$out")")"
    return 1
  fi
}

# Nothing beside the list that Helm would render or install.
no_more_files() { # no_more_files FOLDER
  local path
  local -A known=()
  for path in "${list_path[@]}"; do known["$path"]=1; done
  shopt -s globstar dotglob nullglob
  local -a all=("$1"/templates/** "$1"/crds/**)
  shopt -u globstar dotglob nullglob
  for path in "${all[@]}"; do
    [ ! -d "$path" ] || continue
    path=${path#"$1"/}
    if [ -z "${known["$path"]+x}" ]; then
      reason="$(clean "$path") is no file of the chart that the plan was made from"
      return 1
    fi
  done
}

# What the plan lists, and of the rest only what it does not cover.
copy_chart() { # copy_chart FROM TO
  local path
  local -a all=("${list_path[@]}")
  for path in Chart.yaml Chart.lock charts; do
    [ ! -e "$1/$path" ] || all+=("$path")
  done
  rm -rf "$2.new"
  mkdir -p "$2.new"
  if ! (cd "$1" && cp -RL --parents -- "${all[@]}" "$2.new") >"$out" 2>"$err"; then
    reason="it cannot be copied: $(clean "$(<"$err")")"
    return 1
  fi
  mv "$2.new" "$2"
}

bring_input() {
  local target source
  reason='' why=''
  read_list "$input_role"
  target=$(input_path "$input_role")
  if [ ! -e "$target" ]; then
    if [ -n "$input_at" ]; then
      # Its folder, not itself: `helm pull --untar` refuses where the chart's own folder is there already.
      rm -rf "${files:?}/${input_at%%/*}"
      [ "${input_at%%/*}" = "$input_at" ] || mkdir -p "$files/${input_at%%/*}"
      attempt || return 1
      source=$files/$input_at
    else
      source_of "$input_role" || return 1
    fi
    if [ -d "$source" ] && [ "${packaged[$input_role]-}" = yes ]; then
      reason="$source is a folder, and the plan was made from a packaged chart"
      return 1
    elif [ -d "$source" ] && [[ $input_role == chart-* ]]; then
      source=$(cd "$source" && pwd)
      no_more_files "$source" || return 1
      copy_chart "$source" "$target" || return 1
    else
      cp -L -- "$source" "$target.new" 2>"$err" || { reason="$source cannot be copied: $(clean "$(<"$err")")" && return 1; }
      if [ "$(sha "$target.new")" != "${list_sha[0]-}" ]; then
        rm -f "$target.new"
        reason="$source is not the $input_role that this plan was made from (sha256 differs)"
        return 1
      fi
      mv "$target.new" "$target"
    fi
  fi
  if [ -d "$target" ]; then
    check_list "$target" && no_more_files "$target" && return 0
  else
    [ "$(sha "$target")" != "${list_sha[0]-}" ] || return 0
    reason="the copy $target was changed"
  fi
  rm -rf "${target:?}"
  return 1
}
