
# ---- what is known while it runs ----------------------------------------------------------------------------------

mode=run context='' given_work_dir='' from='' to='' yes=no accepting=()
home='' run='' files='' out=/dev/null err=/dev/null locked=no terminal=no
child='' napping='' id='' found='' reason='' why='' argv=() status=0
changed=no changed_here=no entered='' skip_to='' secrets=() beside_ids=()
list_sha=() list_path=() want_sha=() want_source=() want_kind=() want_name=() doc_source=() doc_text=()
step_began=0 answer=() answer_status=''
declare -A capture=() have=() started=() ended=() passed=() changed_by=() accepted=() hopeless_since=() number=()
[ ! -t 1 ] || terminal=yes
here=$(cd "$(dirname "$0")" && pwd)
total=${#steps[@]}
for step_number in "${!steps[@]}"; do number["${steps[step_number]}"]=$((step_number + 1)); done
unset HELM_NAMESPACE HELM_KUBECONTEXT HELM_DEBUG
