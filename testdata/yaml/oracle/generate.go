package main

import (
	"fmt"
	"math"
	"strings"
)

func one(of ...string) string { return of[r.Intn(len(of))] }

func chance(p float64) bool { return r.Float64() < p }

var words = []string{"a", "b", "foo", "bar baz", "true", "yes", "No", "off", "y", "n", "null", "~", "1", "-1", "0", "007", "08", "0x1F", "0o17",
	"0b11", "1_000", "1e3", "1.5", ".5", ".5_0", "-.5e3", "1e400", ".inf", "-.INF", ".nan", "12:30", "1:30:45", "2001-01-01",
	"2001-12-14t21:59:43.10-05:00", "2001-1-1 2:3:4", "12345678901234567890", "123456789012345678901234567890", "9223372036854775807",
	"-9223372036854775808", "18446744073709551615", "1.0", "3.14159", "1e21", "100000000000000000000", "+1", "+.5", "-0", "-0.0", "0b-1", "0x",
	"0o", "1.", "1.e5", "1__0", "_1", "=", "<<", "é", "日本", "a: b", "a #b", "- x", "a:b", "http://x.y:80/z", "x,y", "{", "}", "[", "]", "a?b", "?",
	"-", "--", "---", "...", "|", ">", "&", "*", "!", "%", "@", "`", "\"", "'", "#", "1E5", "0x_1f", "TRUE", "nULL", "On", "685.230_15e+03", "00",
	".", "..", ".e5", "0777", "0800", "1e-7", "0.000001", "123456", "1234567", "1234567.5", "0b1_1", "-0x1f", "-0b11", "-0o7", "0o-7", "0X1f",
	"infinity", "NaN", "1p5", "0x1p-2", "2001-02-30", "2000-2-29", "2001-01-01T24:00:00Z", "10.0.0.1", "1.2.3", "5m"}

func word() string { return one(words...) }

// ---- YAML text, most of it sound ----

func doubleQuoted(w string) string {
	w = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(w)
	return `"` + w + one("", "", `\n`, `\x41`, `\u00e9`, `\U0001F600`, `\/`, `\'`, `\ `, `\t`, `\e`, `\q`, `\ud83d`, "\\\n  x", "\n  y", "\n\n z", " \n z", `\x4`) + `"`
}

func blockScalar(indent int) string {
	s := one("|", ">") + one("", "", "", "-", "+", "2", "1", "-2", "+1", "0", "x", " # c", "#c") + "\n"
	for i := r.Intn(5); i > 0; i-- {
		if chance(.15) {
			s += strings.Repeat(" ", r.Intn(5)) + "\n"
			continue
		}
		s += strings.Repeat(" ", indent+[]int{1, 2, 2, 2, 2, 3, 0}[r.Intn(7)]) + one(word(), word(), "", "  "+word(), "\t"+word(), word()+" ") + "\n"
	}
	return strings.TrimSuffix(s, "\n") + one("", "\n", "\n\n")
}

func scalar(indent int, flow, key bool) string {
	w := word()
	if chance(.2) {
		w += strings.Repeat(" ", r.Intn(3)) + word()
	}
	if chance(.01) {
		w = strings.Repeat("k", []int{100, 128, 129, 1022, 1023, 1024, 1025}[r.Intn(7)])
	}
	switch k := r.Float64(); {
	case k < .5:
		return w
	case k < .62:
		return doubleQuoted(w)
	case k < .7:
		return "'" + strings.ReplaceAll(w, "'", "''") + one("", "\n  y", "\n\n  z", " x") + "'"
	case k < .74:
		return one("!!str ", "!!int ", "!!float ", "!!bool ", "!!null ", "!!binary ", "! ", "!foo ", "!!timestamp ", "!!map ", "!<tag:yaml.org,2002:str> ", "!e!x ", "!!") + w
	case k < .78:
		return one("&a ", "&b ", "&a1 ", "&") + w
	case k < .82:
		return one("*a", "*b", "*a1", "*c")
	case k < .9 && !flow && !key:
		return blockScalar(indent)
	case k < .93 && !key:
		return w + "\n" + strings.Repeat(" ", indent+r.Intn(4)) + word()
	}
	return ""
}

func space() string {
	if chance(.3) {
		return one("", "", " ", "  ", "\n", "\n  ", " #c\n")
	}
	return one("", " ")
}

func flow(depth int) string {
	k := r.Float64()
	if depth <= 0 || k < .4 {
		return scalar(0, true, false)
	}
	open, closing := "[", "]"
	if k >= .7 {
		open, closing = "{", "}"
	}
	s := open + space()
	for i, n := 0, r.Intn(5); i < n; i++ {
		if i > 0 {
			s += "," + space()
		}
		if open == "{" || chance(.1) {
			if chance(.05) {
				s += one("? ", "?")
			}
			s += scalar(0, true, true) + one(": ", ": ", ": ", ":", " :", " : ", "", ":\n ")
		}
		s += flow(depth - 1)
	}
	if chance(.06) {
		closing = one("]", "}", "")
	}
	return s + one("", "", ",", " ") + space() + closing
}

func indentation(indent int) string {
	if chance(.03) {
		indent += r.Intn(4) - 1
	}
	return strings.Repeat(" ", max(indent, 0))
}

func blockMapping(indent, depth int) string {
	s := ""
	for i := r.Intn(4); i >= 0; i-- {
		if chance(.05) {
			s += one("# c\n", "\n", " \n", "  # c\n", "\t\n", "\t# x\n")
		}
		at := indentation(indent)
		if chance(.04) {
			s += at + "? " + block(indent+2, depth-1)
			if chance(.7) {
				s += at + ": " + block(indent+2, depth-1)
			}
			continue
		}
		key := one("a", "b", "c", "d")
		if chance(.2) {
			key = one("<<", scalar(indent, false, true))
		}
		colon := ": "
		if chance(.15) {
			colon = one(":", ":  ", " : ", ":\t")
		}
		s += at + key + colon + block(indent+2, depth-1)
	}
	return s
}

func block(indent, depth int) string {
	k := r.Float64()
	if depth <= 0 || k < .15 {
		return scalar(indent, false, false) + "\n"
	}
	if k < .25 {
		return flow(2) + "\n"
	}
	s := ""
	if chance(.15) {
		s = one("&a ", "&b ", "!!map ", "!!seq ", "!x ") + one("\n", "\n", "\n", "")
	}
	if indent > 0 && (k < .75 || chance(.8)) {
		s += "\n"
	}
	if k < .75 {
		return s + blockMapping(indent, depth)
	}
	for i := r.Intn(4); i >= 0; i-- {
		dash := " "
		if chance(.1) {
			dash = one("  ", "\t", "")
		}
		s += indentation(indent) + "-" + dash + block(indent+2, depth-1)
	}
	return s
}

func damage(s string) string {
	b := []byte(s)
	for k := r.Intn(3); k >= 0 && len(b) > 0; k-- {
		i, extra := r.Intn(len(b)), one(strings.Split(" \n\t:-?[]{},#&*!|>'\"%@`a1.~<=\\", "")...)
		if chance(.2) {
			extra = one("\r\n", "\r", "\x7f", "\u0085", "\u2028", "\ufeff", "\x00", "\x01", "é", "\U0001F600", "\ufffe", "\xff", "\xc3", "\xe2\x80")
		}
		switch r.Intn(3) {
		case 0:
			b = append(b[:i:i], b[i+1:]...)
		case 1:
			b = append(b[:i:i], append([]byte(extra), b[i:]...)...)
		default:
			b = append(b[:i:i], append([]byte(extra), b[i+1:]...)...)
		}
	}
	return string(b)
}

func document() string {
	s := ""
	if chance(.05) {
		s = one("%YAML 1.1\n---\n", "%YAML 1.2\n---\n", "%TAG !e! tag:e.com,2000:\n---\n", "%FOO\n---\n", "---\n", "--- ", "---", "\ufeff", "...\n", "--- # c\n", "---a\n")
	}
	s += block(0, r.Intn(4))
	if chance(.08) {
		s += one("---\n", "...\n", "--- x\n", "...x\n", "---\t\n", " ---\n") + block(0, 2)
	}
	if chance(.15) {
		s = damage(s)
	}
	return s
}

func documents() string {
	s := document()
	for chance(.4) {
		s += one("---\n", "---\n", "--- # c\n", "...\n---\n", "---\r\n", "--- x\n", "---\n---\n") + document()
	}
	if chance(.2) {
		s = strings.ReplaceAll(s, "\n", "\r\n")
	}
	if chance(.2) {
		s = strings.TrimSuffix(s, "\n")
	}
	return s
}

// ---- values ----

var characters = append(strings.Split("abcxyz019 \t\n:-?[]{},#&*!|>'\"%@`.~<=\\/_+", ""), "é", "日", "\u2028", "\u2029", "\u0085", "\u00a0", "\x7f", "\x00", "\x01",
	"\x1b", "\ufeff", "\ufffd", "\ufffe", "\U0001F600", "\r", "٣", "²", "ª", "\u0080", "\u009f", "\u200b")

func many(n int, separator string, of ...string) string {
	all := []string{}
	for ; n > 0; n-- {
		all = append(all, one(of...))
	}
	return strings.Join(all, separator)
}

func text() string {
	switch k := r.Float64(); {
	case k < .35:
		return word()
	case k < .5:
		return many(r.Intn(9), "", characters...)
	case k < .6:
		return many(5+r.Intn(36), " ", "lorem", "ipsum", "dolor", "a", "it's", `"q"`, "x: y", "#", "  ", " ", "", "é", `\`, "\t")
	case k < .72:
		return many(1+r.Intn(5), "\n", "", " ", "line", "  ind", "tr ", "\t", "a: b", "- c", "# d", strings.Repeat("very ", 20), strings.Repeat("é", 90), "\u2028x")
	case k < .76:
		return "hex:" + many([]int{1, 3, 5, 40, 60, 100}[r.Intn(6)], "", "61", "ff", "c3", "e9", "80", "0a", "20")
	case k < .77:
		return strings.Repeat(one("k", "é", "k ", `"`), []int{1, 64, 65, 127, 128, 129, 511, 512, 1022, 1023}[r.Intn(10)])
	case k < .9:
		return one("a1", "a10", "a2", "A", "b", "a-1", "a_1", "1", "10", "2", "01", "001", "a01", "a1b", "1a", "é1", "10a", "a.b", "x٣", "x3")
	}
	return many(1+r.Intn(6), "", strings.Split("abc012-_.Aé", "")...)
}

func number() any {
	special := []float64{1e20, 1e21, 1e22, -1e20, 123456, 1234567, 1234567.5, .1, 1e-4, 1e-5, 1e-6, 1e-7, 1.5e300, 5e-324, 1 << 53, 1 << 63, 1 << 64, -1 << 63,
		9007199254740993, 18446744073709549568, 1e6, .5, math.Copysign(0, -1), 1e15, 1e17, 1e19, 123456789012345678}
	switch r.Intn(4) {
	case 0:
		return r.Intn(20) - 10
	case 1:
		return special[r.Intn(len(special))]
	case 2:
		return r.Float64()*2000 - 1000
	}
	return (r.Float64() - .5) * math.Pow(10, float64(r.Intn(60)-30))
}

func value(depth int) any {
	k := r.Float64()
	if depth > 0 && k > .65 {
		l := []any{}
		for i := r.Intn(4); i > 0; i-- {
			l = append(l, value(depth-1))
		}
		return l
	}
	if depth > 0 && k > .3 {
		m := map[string]any{}
		for i := r.Intn(6); i > 0; i-- {
			m[text()] = value(depth - 1)
		}
		return m
	}
	switch k := r.Float64(); {
	case k < .6:
		return text()
	case k < .85:
		return number()
	}
	return []any{true, false, nil}[r.Intn(3)]
}

// ---- flags ----

func name() string {
	s := ""
	for {
		s += one("a", "b", "c", "a", "b", "c", "list", "d", `a\.b`, "a b", "", "é", `x\`)
		for k := []int{0, 0, 0, 1, 1, 2}[r.Intn(6)]; k > 0; k-- {
			index := one("0", "1", "2", "3")
			if chance(.15) {
				index = one("-1", "x", "", "65536", "65537", "99999999999999999999", "+1", " 1", "0x1", "9223372036854775808")
			}
			s += "[" + index + "]"
		}
		if chance(.03) {
			s += one("]x", "[", "x")
		}
		if chance(.6) {
			return s
		}
		s += "."
	}
}

func flag() []string {
	kind := one("set", "set", "set", "set-string", "set-json", "set-json", "set-file", "set-literal")
	base := one("{}", "{}", `{"a":1}`, `{"a":{"b":1,"c":[1,2]}}`, `{"a":[1,{"b":2},[3]],"b":null,"c":{"d":{}}}`, `{"a":"x","b":{"a":null},"list":[null,null]}`)
	s := ""
	for i, n := 0, 1+r.Intn(3); i < n; i++ {
		if i > 0 {
			s += one(",", ",", ",", ",", ",", ",", ", ", ",,")
		}
		s += name()
		if chance(.05) {
			s += one("", "==", ".")
		} else {
			s += "="
		}
		if kind == "set-json" {
			s += one("1", `"x"`, "null", `{"x":1}`, "[1,2]", `{"x":{"y":[1]}}`, "tru", "", " ", " 1 ", "1 ,", `"a,b"`, "{", "[", "1.5e3", "1x", `"\u00e9"`, "nul")
		} else {
			s += one("1", "x", "", "true", "TRUE", "null", "0", "00", "0123", "-5", "+1", "1.5", "{1,2}", "{}", "{a", "{a,b},", "{a}x", "{1,x,null,true}", `a\,b`, `a\=b`, `\`,
				"é", "9223372036854775808", " ", `"q"`, "[1]", `{"x":1}`, `\{`, `{a\,b,c}`, "{{a}}", "falſe", "a=b", "a.b")
		}
	}
	if chance(.1) {
		s += one(",", "=", ".")
	}
	if chance(.02) {
		s = strings.Repeat("a.", []int{29, 30, 31}[r.Intn(3)]) + "a=1"
	}
	if chance(.03) && kind == "set-json" {
		s = one(`{"a":{"b":9}}`, ` {"a":1,"z":[]} `, `{"a":}`, "{", fmt.Sprintf(`{"c":{"d":{"e":%d}}}`, r.Intn(9)))
	}
	return []string{kind, base, s}
}
