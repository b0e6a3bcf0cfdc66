
# ---- HTTP through kubectl port-forward ----------------------------------------------------------------------------

forward_to='' forward_pid='' forward_port=''

stop_forward() {
  [ -z "$forward_pid" ] || { kill "$forward_pid" 2>/dev/null && wait "$forward_pid" 2>/dev/null; } || true
  forward_to='' forward_pid='' forward_port=''
}

# A local port that leads to SERVICE PORT; failure when there is none within 20 s.
start_forward() {
  local first='' i
  if [ "$forward_to" = "$1 $2" ] && kill -0 "$forward_pid" 2>/dev/null; then return 0; fi
  stop_forward
  : >"$run/tmp/forward"
  kubectl --context "$context" -n "$namespace" port-forward --address 127.0.0.1 "$1" ":$2" >"$run/tmp/forward" 2>"$run/tmp/forward.err" </dev/null &
  forward_pid=$! forward_to="$1 $2"
  for ((i = 0; i < 100; i++)); do
    IFS= read -r first <"$run/tmp/forward" || true
    if [[ $first =~ 127\.0\.0\.1:([0-9]+) ]]; then
      forward_port=${BASH_REMATCH[1]}
      return 0
    fi
    kill -0 "$forward_pid" 2>/dev/null || break
    pause 0.2
  done
  reason="no way to $1 port $2: $(clean "$(<"$run/tmp/forward.err")")"
  stop_forward
  return 1
}

# One request; the answer's lines in $answer, its status in $answer_status. HTTP/1.0, so that the body comes as it is.
send_request() {
  local connection one
  answer=() answer_status=''
  { exec {connection}<>"/dev/tcp/127.0.0.1/$forward_port"; } 2>/dev/null || return 1
  # In a process of its own: a connection that closes early ends that one alone.
  (
    printf '%s %s HTTP/1.0\r\nHost: localhost\r\nUser-Agent: rutter\r\nAccept: */*\r\nConnection: close\r\n' "$http_method" "$http_path"
    for one in "${http_headers[@]}"; do printf '%s\r\n' "$one"; done
    [ -z "$http_token" ] || printf 'Authorization: Bearer %s\r\n' "$http_token"
    [ -z "$http_body" ] || printf 'Content-Length: %s\r\n' "${#http_body}"
    printf '\r\n%s' "$http_body"
  ) 1>&"$connection" 2>/dev/null || true
  timeout 60 cat <&"$connection" >"$out" 2>/dev/null &
  child=$!
  wait "$child" || true
  child=''
  exec {connection}>&-
  { mapfile -t answer <"$out"; } 2>/dev/null
  [[ ${answer[0]-} =~ ^HTTP/[0-9.]+\ ([0-9]+) ]] || return 1
  answer_status=${BASH_REMATCH[1]}
}

body_has() { # body_has REGEX: over one line of the body
  local i=0
  while [ "$i" -lt "${#answer[@]}" ] && [ -n "${answer[i]%$'\r'}" ]; do i=$((i + 1)); done
  for ((i++; i < ${#answer[@]}; i++)); do
    [[ ${answer[i]%$'\r'} =~ $1 ]] && return 0
  done
  return 1
}

headers_have() {
  local i found=1
  shopt -s nocasematch
  for ((i = 1; i < ${#answer[@]}; i++)); do
    [ -n "${answer[i]%$'\r'}" ] || break
    if [[ ${answer[i]%$'\r'} =~ $1 ]]; then
      found=0
      break
    fi
  done
  shopt -u nocasematch
  return "$found"
}

# 0: as wanted; 1: not yet; 2: another answer than any that is wanted
http_once() {
  reason='' why=''
  start_forward "$http_service" "$http_port" || return 1
  if ! send_request; then
    reason="$http_service does not answer on port $http_port"
    stop_forward
    return 1
  fi
  if [ "$answer_status" != "$http_status" ]; then
    reason="$http_method $http_path: status $answer_status instead of $http_status"
    [ -n "$http_again" ] && [[ $answer_status =~ $http_again ]] && return 1
    return 2
  fi
  if [ -n "$http_header_like" ] && ! headers_have "$http_header_like"; then
    reason="no header matches $http_header_like"
    return 2
  fi
  if [ -n "$http_body_like" ] && ! body_has "$http_body_like"; then reason="no line of the body matches $http_body_like"; fi
  if [ -n "$http_body_unlike" ] && body_has "$http_body_unlike"; then reason="a line of the body matches $http_body_unlike"; fi
  [ -z "$reason" ] || return 1
}
