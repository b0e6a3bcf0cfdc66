package main

import (
	"bytes"
	"fmt"
	"math/rand"
	"strings"

	"github.com/BurntSushi/toml"
)

var tomlKeys = []string{"a", "b", "c", "a.b", "a.b.c", "b.c", `"a b"`, `'x'`, `""`, `"\u00e9"`, "1", "a-b_c", `"q\"q"`, `a."b.c"`, "a . b", "key", "'lit\\'"}

var tomlScalars = []string{"1", "-1", "+5", "0", "0x1F", "0o17", "0b101", "1_000", "1__0", "01", "0x", "0xg", "-0x1", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
	"1.5", "-0.0", "1e5", "1E-3", "6.626e-34", "1.", ".5", "1.e2", "1_0.0_1", "01.5", "inf", "-inf", "+inf", "nan", "-nan", "+nan", "infx", "nax", "in", "i", "nnf", "ian", "+in", "1e", "1e+", "1e400", "1e_5",
	"true", "false", "tru", "True", "foo", "é", "x y", `"s"`, `"a\nb\t\"\\"`, `"\u00e9\U0001F600\x41\e"`, `"\ud800"`, `"\U00110000"`, `"\q"`, `"\ "`, `"\u12"`, `"\x4"`, `'raw\n'`, `''`, `""`,
	"\"\"\"multi\nline\"\"\"", "\"\"\"\nfirst\\\n   joined \\  \n x\"\"\"", "'''raw\n multi'''", "'''\n\nx'''", `"""a""b"""`, `"""a""""`, `"""a"""""`, `"""a""""""`, `'''a''''`, `'''a'''''`, `'''a''''''`, "\"\"\"\\q\"\"\"", "\"\"\"a\\ b\"\"\"",
	"\"\"\"\\\"\"\"\"\"", "\"open", "'open", `"""open`, "'''open", "\"nl\n\"", "'nl\n'", "\"crlf\r\n\"", "\"\"\"a\r\nb\\\r\n c\"\"\"",
	"1979-05-27T07:32:00Z", "1979-05-27T00:32:00-07:00", "1979-05-27 07:32:00.999999z", "1979-05-27t07:32:00", "1979-05-27", "07:32:00", "07:32", "1979-05-27T07:32Z", "1979-05-27 07:32", "7:32:00", "1979-13-01", "1979-05-27  ", "1979-5-27", "2021-02-30", "25:00:00",
	"1979-05-27T07:32:00+00:00", "07:32:00.123456789123", "1987-07-05T17:45:60Z", "10-10", "00:00:60", "1979-05-27T7:32:00", "-1979-05-27", "1979-05-27T",
	"[1, 2]", "[]", "[1, 'a', true,]", "[ [1], ['x'] ]", "[1,,2]", "[,]", "[1 2]", "[", "[1", "[1,\n 2 # c\n , 3\n]", "{}", "{a = 1}", "{a = 1, b = {c = 2}}", "{a.b = 1, a.c = 2}", "{a = 1,}", "{a = 1, a = 2}", "{,}", "{a}", "{", "{a = 1", "{a = 1 b = 2}",
	"{a = {}, a.b = 1}", "{a.b = 1, a = 2}", "[{a = 1}, {a = 2, b = [3]}]", "[{}, 1]", "{a = 1 # c\n, b = 2\n}", "[{a.b = 1}, {a = [{x = 1}]}]", "", " ", "#", "=", "@", "\x00", "\xff", "\x01", "\r"}

var tomlPieces = []string{"[", "]", "[[", "]]", "=", ".", ",", "{", "}", "\"", "'", "\"\"\"", "'''", "#", "\n", "\r\n", "\r", " ", "\t", "a", "b", "1", "-", "_", ":", "T", "\\", "\\u", "é", "\xff", "\x00", "\x7f", "true", "1e3", "\ufeff", "\u2028", "x = 1\n", "[t]\n", "[[t]]\n"}

func randomTOML(r *rand.Rand) string {
	var b strings.Builder
	pick := func(l []string) string { return l[r.Intn(len(l))] }
	end := func() string { return []string{"\n", "\n", "\n", "\n", " # c\n", "\r\n", "\n\n", "", " "}[r.Intn(9)] }
	for n := r.Intn(6); n >= 0; n-- {
		switch r.Intn(10) {
		case 0, 1:
			b.WriteString("[" + pick(tomlKeys) + "]" + end())
		case 2:
			b.WriteString("[[" + pick(tomlKeys) + "]]" + end())
		case 3:
			b.WriteString("# c" + end())
		default:
			value := pick(tomlScalars)
			switch r.Intn(8) {
			case 0:
				value = "[" + value + ", " + pick(tomlScalars) + "]"
			case 1:
				value = "{" + pick(tomlKeys) + " = " + value + ", " + pick(tomlKeys) + " = " + pick(tomlScalars) + "}"
			}
			b.WriteString(pick(tomlKeys) + []string{" = ", "=", "= ", "\t="}[r.Intn(4)] + value + end())
		}
	}
	s := b.String()
	switch r.Intn(5) {
	case 0: // a piece more, or in place of some bytes
		i := r.Intn(len(s) + 1)
		j := min(i+r.Intn(3), len(s))
		return s[:i] + pick(tomlPieces) + s[j:]
	case 1:
		return s[:r.Intn(len(s)+1)]
	case 2:
		if r.Intn(3) == 0 {
			s = ""
			for n := r.Intn(8); n >= 0; n-- {
				s += pick(tomlPieces)
			}
		}
	}
	return s
}

func tomlReadCases(r *rand.Rand, count int) {
	for ; count > 0; count-- {
		text, v, message := randomTOML(r), map[string]any{}, ""
		func() {
			defer func() {
				if p := recover(); p != nil {
					message = fmt.Sprint("panic ", p)
				}
			}()
			if err := toml.Unmarshal([]byte(text), &v); err != nil {
				message = err.Error()
			}
		}()
		line(text, encode(v), message)
	}
}

func tomlWriteCases(r *rand.Rand, count int) {
	for ; count > 0; count-- {
		v := randomValue(r, 4)
		if r.Intn(3) > 0 {
			v = randomMap(r, 4)
		}
		var b bytes.Buffer
		message, how := "", "0"
		func() {
			defer func() {
				if p := recover(); p != nil {
					message, how = fmt.Sprint(p), "2"
				}
			}()
			if err := toml.NewEncoder(&b).Encode(v); err != nil {
				message, how = err.Error(), "1"
				b.Reset()
			}
		}()
		line(encode(v), b.String(), message, how)
	}
}
