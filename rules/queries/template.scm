; Rules over the new chart's templates (src/tmpl/query.h says what may stand here). They are run with --template-rules.
; Their texts are in rules/rules/template.yaml.

; (lookup ...).data.password: lookup gives an empty map for what is not there, and a field of a missing field is an error.
((chain (parenthesized (pipeline (command . (identifier) @lookup))) (name) (name)) @at
  (#eq? @lookup "lookup")
  (#set! rule "template/lookup-nil")
  (#set! severity "info")
  (#set! message "{at} fails where the object is not there: at a first installation, and whenever the chart is rendered without a cluster")
  (#set! fix "keep what lookup gives in a variable, and take it apart inside an if"))

; A random value outside of any condition cannot have been kept from what is in the cluster. (One that is put into a variable may be
; used under a condition, and has a declaration before it.)
((pipeline . (command . (identifier) @at))
  (#any-of? @at "randAlphaNum" "randAlpha" "randNumeric" "randAscii" "randBytes" "uuidv4" "genPrivateKey" "genCA" "genSelfSignedCert")
  (#not-has-ancestor? @at "if" "with" "range" "define" "else_clause" "else_if_clause" "parenthesized")
  (#set! rule "template/random-unguarded")
  (#set! severity "info")
  (#set! message "{at} stands under no condition: every render gives another value")
  (#set! fix "look up what is in the cluster first, and make a new value only where there is none"))

; tpl (toYaml .Values) evaluates every text that a user writes anywhere.
((command . (identifier) @tpl . (parenthesized (pipeline . (command . (identifier) @to . (field) @values .) .))) @at
  (#eq? @tpl "tpl")
  (#any-of? @to "toYaml" "toJson" "toPrettyJson")
  (#eq? @values ".Values")
  (#set! rule "template/tpl-whole-values")
  (#set! severity "info")
  (#set! message "all values are evaluated as a template: braces in any of them are code, and which keys the chart reads cannot be told")
  (#set! fix "give tpl only the values that are meant to be templates"))
