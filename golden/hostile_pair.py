"""A pair of charts whose texts try to be more than text, in every field that reaches an executor's document. Made anew for each test, so that no
file of such a name lies in the repository."""
import os

EVIL = "x'\"`touch evil`$(touch evil)${{ github.token }}{{ lookup('pipe', 'touch evil') }}{% raw %}{# x #}%41%(capture:revision);<b onclick=\"x\">[a](javascript:x)"
LINE = EVIL + "\n::set-output name=x::y\n##[add-path]/tmp\n- a: b\n---\nRUTTER_LIBRARY_ENDS\n{% endraw %}\u2028z\u0085z"


def quoted(text):
    """A YAML double-quoted scalar."""
    return '"' + "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else f"\\u{ord(c):04x}" if c not in '"\\' else "\\" + c for c in text) + '"'


def chart(folder, version, more):
    os.makedirs(f"{folder}/templates")
    with open(f"{folder}/Chart.yaml", "w") as f:
        f.write(f"apiVersion: v2\nname: hostile\nversion: {version}\nappVersion: {quoted(version + EVIL)}\ndescription: {quoted(LINE)}\n")
    with open(f"{folder}/values.yaml", "w") as f:
        f.write(f"text: none\nimage: registry.example.com/hostile\ntag: {version}\n{more}")
    # As a file's name: no slash, and no line of its own on any system.
    with open(f"{folder}/templates/{EVIL.replace('/', '_')}.yaml", "w") as f:
        f.write("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-texts\n  annotations:\n    \"what\": {{ .Values.text | quote }}\ndata:\n  text: {{ .Values.text | quote }}\n"
                f"  \"version\": {version}\n")
    with open(f"{folder}/templates/app.yaml", "w") as f:
        f.write("""apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-app
spec:
  replicas: 2
  selector:
    matchLabels: {app: hostile}
  template:
    metadata:
      labels: {app: hostile}
    spec:
      containers:
        - name: app
          image: "{{ .Values.image }}:{{ .Values.tag }}"
          args: [{{ .Values.text | quote }}]
""")
    with open(f"{folder}/templates/hook.yaml", "w") as f:
        f.write("""apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-applied
data:
  object.yaml: |
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: by-hand
    data:
      text: {{ .Values.text | quote }}
      version: %s
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-apply-{{ .Release.Revision }}
  annotations:
    helm.sh/hook: post-install,post-upgrade
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: kubectl
          image: registry.k8s.io/kubectl:v1.34.0
          command: [kubectl, apply, -f, /m/object.yaml]
          volumeMounts: [{name: m, mountPath: /m}]
      volumes: [{name: m, configMap: {name: {{ .Release.Name }}-applied}}]
""" % version)


def make(folder):
    """The options of `rutter plan` for the pair."""
    chart(f"{folder}/old {EVIL.replace('/', '_')}", "1.0.0", "gone:\n  key: 1\n")
    chart(f"{folder}/new {EVIL.replace('/', '_')}", "2.0.0", "")
    values = f"{folder}/values {EVIL.replace('/', '_').replace(',', '')}.yaml"  # Helm splits at commas
    with open(values, "w") as f:
        f.write(f"text: {quoted(LINE)}\n{quoted(EVIL)}: {quoted(LINE)}\ngone:\n  {quoted('key')}: {quoted(EVIL)}\n")
    changelog = f"{folder}/CHANGELOG.md"
    with open(changelog, "w") as f:
        f.write(f"# Changelog\n\n## [2.0.0] - 2024-01-01\n\n### BREAKING CHANGES\n\n* {EVIL}\n* **gone:** remove gone.key {EVIL}\n\n## [1.0.0] - 2023-01-01\n\n* first\n")
    return ["--old", f"{folder}/old {EVIL.replace('/', '_')}", "--new", f"{folder}/new {EVIL.replace('/', '_')}", "-f", values, "--changelog", changelog,
            "--release", "hostile", "-n", "hostile", "--kube-context", LINE]
