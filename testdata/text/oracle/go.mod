module oracle

go 1.25.0

require (
	github.com/Masterminds/semver/v3 v3.4.0
	github.com/gobwas/glob v0.2.3
	gopkg.in/inf.v0 v0.9.1
	k8s.io/apimachinery v0.35.0
)

require (
	github.com/fxamacker/cbor/v2 v2.9.0 // indirect
	github.com/x448/float16 v0.8.4 // indirect
	sigs.k8s.io/json v0.0.0-20250730193827-2d320260d730 // indirect
)
