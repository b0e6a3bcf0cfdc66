// The oracle of the unit tests of src/value/yaml*.c and setflags.c: it runs the libraries of Helm 4.1.4 on generated cases
// and prints what they answer, one case a line.
//
//	go run . read|read-all|write|pretty|set [SEED [COUNT]] > ../read.tsv
//
// Fields are separated by tabs; in a field \\, \t, \n and \xHH stand for bytes. Cases that Go itself does not answer alike
// twice (keys of a map in an order that is none), and long answers, are left out.
package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"os"
	"strconv"
	"strings"

	"helm.sh/helm/v4/pkg/strvals"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
	goyaml "sigs.k8s.io/yaml/goyaml.v3"
)

var r *rand.Rand

func escape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			b.WriteString(`\\`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '\n':
			b.WriteString(`\n`)
		case c < ' ' || c >= 0x7f:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "JSON: " + err.Error()
	}
	return string(b)
}

func read(text string) string {
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		return err.Error()
	}
	return asJSON(v)
}

// Helm's LoadValues, before it merges.
func readAll(text string) string {
	reader := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	all := []any{}
	for {
		raw, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return asJSON(all)
		}
		if err != nil {
			return "error reading yaml document: " + err.Error()
		}
		var v any
		if err := yaml.Unmarshal(raw, &v); err != nil {
			return "cannot unmarshal yaml document: " + err.Error()
		}
		all = append(all, v)
	}
}

// A string that begins with "hex:" stands for bytes.
func bytesOf(s string) string {
	if b, err := hex.DecodeString(strings.TrimPrefix(s, "hex:")); err == nil && strings.HasPrefix(s, "hex:") {
		return string(b)
	}
	return s
}

func withBytes(v any) any {
	switch v := v.(type) {
	case string:
		return bytesOf(v)
	case []any:
		for i := range v {
			v[i] = withBytes(v[i])
		}
	case map[string]any:
		m := map[string]any{}
		for k, e := range v {
			m[bytesOf(k)] = withBytes(e)
		}
		return m
	}
	return v
}

func write(text string, pretty bool) string {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		panic(err)
	}
	v = withBytes(v)
	if pretty {
		var b bytes.Buffer
		e := goyaml.NewEncoder(&b)
		e.SetIndent(2)
		if err := e.Encode(v); err != nil {
			return "error: " + err.Error()
		}
		return b.String()
	}
	b, err := yaml.Marshal(v)
	if err != nil {
		return "error: " + err.Error()
	}
	return string(b)
}

func merge(into, from map[string]any) {
	for k, v := range from {
		below, ok := v.(map[string]any)
		there, too := into[k].(map[string]any)
		if ok && too {
			merge(there, below)
		} else {
			into[k] = v
		}
	}
}

// What the flag leaves of the base, after the message if there is one.
func set(kind, base, text string) string {
	m := map[string]any{}
	if err := json.Unmarshal([]byte(base), &m); err != nil {
		panic(err)
	}
	var err error
	switch kind {
	case "set":
		err = strvals.ParseInto(text, m)
	case "set-string":
		err = strvals.ParseIntoString(text, m)
	case "set-literal":
		err = strvals.ParseLiteralInto(text, m)
	case "set-file":
		err = strvals.ParseIntoFile(text, m, func(rs []rune) (any, error) { return "<" + string(rs) + ">", nil })
	case "set-json":
		// pkg/cli/values
		object := map[string]any{}
		if trimmed := strings.TrimSpace(text); !strings.HasPrefix(trimmed, "{") {
			err = strvals.ParseJSON(text, m)
		} else if json.Unmarshal([]byte(trimmed), &object) == nil {
			merge(m, object)
		} else {
			return "failed parsing --set-json data JSON: " + text + "\n" + asJSON(m)
		}
		if err != nil {
			return "failed parsing --set-json data " + text + "\n" + asJSON(m)
		}
	}
	if err != nil {
		return "failed parsing --" + kind + " data: " + err.Error() + "\n" + asJSON(m)
	}
	return asJSON(m)
}

func main() {
	seed, count := int64(1), 400
	if len(os.Args) > 2 {
		seed, _ = strconv.ParseInt(os.Args[2], 10, 64)
	}
	if len(os.Args) > 3 {
		count, _ = strconv.Atoi(os.Args[3])
	}
	r = rand.New(rand.NewSource(seed))
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for i := 0; i < count; i++ {
		var fields []string
		var answer func() string
		switch os.Args[1] {
		case "read":
			fields = []string{document()}
			answer = func() string { return read(fields[0]) }
		case "read-all":
			fields = []string{documents()}
			answer = func() string { return readAll(fields[0]) }
		case "write", "pretty":
			fields = []string{asJSON(value(r.Intn(4)))}
			answer = func() string { return write(fields[0], os.Args[1] == "pretty") }
		case "set":
			fields = flag()
			answer = func() string { return set(fields[0], fields[1], fields[2]) }
		}
		first, same := answer(), true
		for k := 0; k < 6 && same; k++ {
			same = answer() == first
		}
		if !same || len(first) > 600 {
			continue
		}
		for _, f := range fields {
			out.WriteString(escape(f) + "\t")
		}
		out.WriteString(escape(first) + "\n")
	}
}
