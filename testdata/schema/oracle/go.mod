module oracle

go 1.25

require golang.org/x/text v0.33.0 // indirect

require github.com/santhosh-tekuri/jsonschema/v6 v6.0.2
