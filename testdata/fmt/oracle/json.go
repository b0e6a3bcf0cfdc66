package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand"
	"strings"
)

var jsonPieces = []string{"{", "}", "[", "]", ",", ":", `"a"`, `"b"`, `"`, "true", "false", "null", "1", "-", "0", ".", "e", "E+5", " ", "\n", "\t", `\`,
	`\u00e9`, `\ud83d\ude00`, `\ud83d`, `\ude00`, `"\u12"`, `"\x"`, "tru", "nul", "fals", "1e400", "-0", "1.5", "01", "é", "\xff", "\x00", "'", `""`, "12345678901234567890",
	`"\n\t\b\f\r\/\\\""`, "1e-400", "0.1", "\ufeff", "//", `{"a":1,"a":2}`, `[1,2,[3]]`, "\u2028", "\u00a0", "\x7f"}

// randomJSON is a valid document in some random layout.
func randomJSON(r *rand.Rand, depth int) string {
	space := func() string { return []string{"", "", "", " ", "\n", "\t "}[r.Intn(6)] }
	if depth <= 0 || r.Intn(3) == 0 {
		return []string{"1", "-1.5", "0", "-0", "1e5", "1E-3", "123456789012345678", "0.1", `""`, `"a"`, `"\u00e9\n"`, `"\ud83d\ude00x"`, `"\ud83d\u0041"`, `"\udc00"`, "\"\xff\xc3x\"",
			"true", "false", "null", `"日本"`, "1e999", "-12.5e+10", "{}", "[]", `"\/\b"`, "\"\x7f\u2028\"", "5e-324", "1.7976931348623159e308", `"\u0000"`}[r.Intn(28)]
	}
	var b strings.Builder
	n := r.Intn(4)
	object := r.Intn(2) == 0
	b.WriteString(map[bool]string{true: "{", false: "["}[object] + space())
	for i := 0; i < n; i++ {
		if i > 0 {
			b.WriteString("," + space())
		}
		if object {
			fmt.Fprintf(&b, "%q%s:%s", []string{"a", "b", "key", "x.y", ""}[r.Intn(5)], space(), space())
		}
		b.WriteString(randomJSON(r, depth-1) + space())
	}
	b.WriteString(map[bool]string{true: "}", false: "]"}[object])
	return b.String()
}

func randomJSONText(r *rand.Rand) string {
	s := randomJSON(r, 4)
	switch r.Intn(4) {
	case 0:
		return s
	case 1: // one piece too many, or in place of some bytes
		i := r.Intn(len(s) + 1)
		j := min(i+r.Intn(3), len(s))
		return s[:i] + jsonPieces[r.Intn(len(jsonPieces))] + s[j:]
	case 2:
		return s[:r.Intn(len(s)+1)]
	default:
		s = ""
		for n := r.Intn(8); n >= 0; n-- {
			s += jsonPieces[r.Intn(len(jsonPieces))]
		}
		return s
	}
}

func jsonReadCases(r *rand.Rand, count int) {
	for ; count > 0; count-- {
		text := randomJSONText(r)
		var v any
		err := json.Unmarshal([]byte(text), &v)
		var first any
		d := json.NewDecoder(strings.NewReader(text))
		firstErr := d.Decode(&first)
		message := func(err error) string {
			if err == nil {
				return ""
			}
			return err.Error()
		}
		line(text, encode(v), message(err), encode(first), message(firstErr), fmt.Sprint(d.InputOffset()))
	}
}

func jsonWriteCases(r *rand.Rand, count int) {
	for ; count > 0; count-- {
		v := randomValue(r, 4)
		compact, err := json.Marshal(v)
		if err != nil {
			line(encode(v), "", "", "", err.Error())
			continue
		}
		pretty, _ := json.MarshalIndent(v, "", "  ")
		var raw bytes.Buffer
		e := json.NewEncoder(&raw)
		e.SetEscapeHTML(false)
		e.Encode(v)
		line(encode(v), string(compact), string(pretty), strings.TrimSuffix(raw.String(), "\n"), "")
	}
}
