package main

import (
	"fmt"
	"math/rand"
	"regexp"
	"strconv"
	"strings"
)

// regexCases prints, for a pattern, a text, a count n and a replacement: the error or "ok"; the bounds of the first
// match and its groups; FindAllString(text, n); ReplaceAllString; ReplaceAllLiteralString; Split(text, n). Lists are
// printed as their length, a colon and their elements, each followed by U+001F. A huge pattern is printed as "huge", its
// parts and how often each is repeated, and the error without what it quotes.
func regexCases(r *rand.Rand, count int) {
	for _, c := range writtenRegexes {
		regexCase(c[0], c[1], -1, "[$0|${1}|$2]")
	}
	for _, parts := range hugeRegexes {
		hugeCase(parts)
	}
	for _, n := range []int{100, 400, 498, 499, 500, 501, 502, 600, 1200} {
		emit("ladder", strconv.Itoa(n), compileProblem(ladder(n)))
	}
	for i := 0; i < count; i++ {
		g := regexMaker{r: r, classes: r.Intn(4)}
		pattern := g.alternation(r.Intn(4))
		if r.Intn(3) == 0 {
			pattern = mutate(r, pattern)
		}
		n := -1
		if r.Intn(3) == 0 {
			n = r.Intn(4)
		}
		regexCase(pattern, randomText(r), n, randomTemplate(r))
	}
}

func regexCase(pattern, text string, n int, template string) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		emit(pattern, text, strconv.Itoa(n), template, err.Error())
		return
	}
	var bounds []string
	for _, b := range re.FindStringSubmatchIndex(text) {
		bounds = append(bounds, strconv.Itoa(b))
	}
	emit(pattern, text, strconv.Itoa(n), template, "ok", strings.Join(bounds, ","), list(re.FindAllString(text, n)),
		re.ReplaceAllString(text, template), re.ReplaceAllLiteralString(text, template), list(re.Split(text, n)))
}

func list(v []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d:", len(v))
	for _, s := range v {
		b.WriteString(s + "\x1f")
	}
	return b.String()
}

func pick(r *rand.Rand, choices ...string) string { return choices[r.Intn(len(choices))] }

type regexMaker struct {
	r       *rand.Rand
	classes int
	groups  int
}

func (g *regexMaker) alternation(depth int) string {
	s := g.sequence(depth)
	for g.r.Intn(3) == 0 {
		s += "|" + g.sequence(depth)
	}
	return s
}

func (g *regexMaker) sequence(depth int) string {
	s := ""
	for g.r.Intn(5) != 0 {
		s += g.repeated(depth)
	}
	return s
}

func (g *regexMaker) repeated(depth int) string {
	s := g.atom(depth)
	if g.r.Intn(3) == 0 {
		s += pick(g.r, "*", "+", "?", "*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}", "{0,}", "{1,}", "{0}", "{1}", "{0,1}", "{,2}")
		s += pick(g.r, "", "", "", "?")
	}
	return s
}

func (g *regexMaker) atom(depth int) string {
	switch n := g.r.Intn(20); {
	case n < 9:
		return pick(g.r, "a", "b", "c", "ab", "k", "s", "K", "é", "1", "-", "_", "日", "ß")
	case n < 12:
		return g.class()
	case n < 13:
		return pick(g.r, "^", "$", `\b`, `\B`, `\A`, `\z`)
	case n < 14:
		return "."
	case n < 15 && g.classes == 0:
		return pick(g.r, `\d`, `\w`, `\s`, `\D`, `\W`, `\S`, `\pL`, `\PL`, `\p{Lu}`, `\p{^Ll}`, `\p{Greek}`, `\x{e9}`, `\x41`,
			`\n`, `\t`, `\101`, `\.`, `\Qa.b\E`, `\pN`, `\x{fffd}`, `\p{punct}`)
	case depth > 0:
		open := pick(g.r, "(", "(", "(", "(?:", "(?i:", "(?s:", "(?m:", "(?U:", "(?-s:", "(?P<n>", "(?<m>", "(?i)(", "(?m)(?:")
		return open + g.alternation(depth-1) + ")"
	}
	return pick(g.r, "a", "b")
}

func (g *regexMaker) class() string {
	s := "[" + pick(g.r, "", "", "^")
	for {
		s += pick(g.r, "a", "b", "a-c", "A-Z", "k", "0-9", "é", "à-ÿ", `\d`, `\w`, `\s`, `[:alpha:]`, `[:^space:]`, `\pL`, `\n`,
			"_", "-", "s", `\x{17f}`, "日", `\]`, `\PL`, `\D`)
		if g.r.Intn(2) == 0 {
			return s + "]"
		}
	}
}

func mutate(r *rand.Rand, s string) string {
	b := []byte(s)
	for k := r.Intn(3); k >= 0; k-- {
		at := r.Intn(len(b) + 1)
		switch r.Intn(3) {
		case 0:
			if at < len(b) {
				b = append(b[:at], b[at+1:]...)
			}
		default:
			in := pick(r, "(", ")", "[", "]", "{", "}", "*", "+", "?", "|", `\`, "^", "$", "-", ":", "?", "P", "<", ">", "p", "x", "Q",
				"E", "1", "0", ",", "i", "\xff", "é", "a", "{1001}", "{500}", "(?", "[:", ":]", `\C`, `\pZ`, `\p{Foo}`, "(?P<", "{2}")
			b = append(b[:at], append([]byte(in), b[at:]...)...)
		}
	}
	return string(b)
}

func randomText(r *rand.Rand) string {
	s := ""
	for r.Intn(12) != 0 {
		s += pick(r, "a", "a", "b", "b", "c", "ab", "abc", "A", "B", "k", "K", "\u212a", "s", "S", "\u017f", "é", "É", "\n", "_", "-", " ",
			"1", "日", "\xff", "\xe2\x82", "\xc3", "ß", "ẞ", "α", "Ω", ".", "\ufffd")
	}
	return s
}

func randomTemplate(r *rand.Rand) string {
	s := ""
	for r.Intn(3) != 0 {
		s += pick(r, "x", "$0", "$1", "${1}", "$2", "$n", "${n}", "${m}y", "$$", "$", "${", "$1x", "${01}", "$é", "-", "${1", "$9", "$100000000000")
	}
	return s
}

type part struct {
	text  string
	times int
}

func hugeCase(parts []part) {
	pattern := ""
	fields := []string{"huge"}
	for _, p := range parts {
		pattern += strings.Repeat(p.text, p.times)
		fields = append(fields, p.text, strconv.Itoa(p.times))
	}
	emit(append(fields, compileProblem(pattern))...)
}

var hugeRegexes = [][]part{
	{{"(", 999}, {"a", 1}, {")", 999}}, {{"(", 1000}, {"a", 1}, {")", 1000}}, {{"(?:", 5000}, {"a", 1}, {")", 5000}},
	{{"(?:", 998}, {"a", 1}, {")*", 998}}, {{"(?:", 999}, {"a", 1}, {")*", 999}}, {{"(?:", 1000}, {"a", 1}, {")*", 1000}},
	{{"(?:", 3}, {"a", 1}, {"{1000})", 3}}, {{"(?:a{100}){100}", 1}}, {{"(?:a{100}){10}", 1}}, {{"(?:a{10}b{100}){10}", 1}},
	{{"(?:(?:a{10}){10}){10}", 1}}, {{"(?:(?:a{10}){10}){11}", 1}}, {{"(a{0}){1001}", 1}}, {{"(?:a{0}){1000}", 1}},
	{{"a{1000}", 1}}, {{"a{1000}", 1000}}, {{"a{1000}", 3354}}, {{"a{1000}", 3355}}, {{"a{1000}", 3356}}, {{"a{1000}", 4000}}, {{"a{1000,}", 1}}, {{"a{2,1001}", 1}},
	{{"a{100000000000}", 1}}, {{"a{1,100000000000}", 1}}, {{"(?:", 1}, {"ab?", 2000}, {"){1000}", 1}},
	{{"(?:", 1}, {"(ab)c", 3000}, {"){1000}", 1}}, {{"(?:", 1}, {"x", 5000}, {"){1000}", 1}}, {{"(?:", 1}, {"x", 5000}, {"a{1000}){1000}", 1}},
	{{"(?:", 1}, {"[ab]", 3354}, {"){1000}", 1}}, {{"(?:", 1}, {"[ab]", 3356}, {"){1000}", 1}},
	{{"a", 5000}}, {{"a|", 3000}}, {{"a|b*|", 3000}}, {{"a?", 1500}, {"a", 10}}, {{"[ab]", 600}}, {{`\pL`, 26000}}, {{`\pL`, 28000}}, {{"(?i)", 1}, {"k", 500}},
	{{"(a|", 300}, {"b", 1}, {")", 300}}, {{"(ab|ac", 200}, {")", 200}}, {{"(ab|ac", 249}, {")", 249}}, {{"(ab|ac", 250}, {")", 250}}, {{"(ab|ac", 251}, {")", 251}}, {{"(ab|ac", 333}, {")", 333}},
	{{"(ab|ac", 334}, {")", 334}}, {{"(x*|", 499}, {")", 499}}, {{"(x*|", 500}, {")", 500}}, {{"(x*|", 501}, {")", 501}}, {{"(x*|", 340}, {")", 340}},
}

// ladder is a|ab|abb|..., which factors into a tree as high as it is long.
func ladder(n int) string {
	s := "a"
	for i := 1; i < n; i++ {
		s += "|a" + strings.Repeat("b", i)
	}
	return s
}

func compileProblem(pattern string) string {
	if _, err := regexp.Compile(pattern); err != nil {
		problem, _, _ := strings.Cut(err.Error(), ": `")
		return problem
	}
	return "ok"
}

var writtenRegexes = [][2]string{
	{"", ""}, {"", "abc"}, {"a", ""}, {"(", "x"}, {")", ""}, {"a)", ""}, {"(?", ""}, {"(?i", ""}, {"(?i)", "a"}, {"(?:", ""},
	{"(?P<", ""}, {"(?P<n", ""}, {"(?P<n>", ""}, {"(?P<>a)", ""}, {"(?P<a b>c)", ""}, {"(?<n>a)", "a"}, {"(?<", ""}, {"(?<n", ""},
	{"(?P=n)", ""}, {"(?P>n)", ""}, {"(?=a)", ""}, {"(?!a)", ""}, {"(?<=a)b", ""}, {"(?#c)", ""}, {"(?i-)", ""}, {"(?i--s)", ""}, {"(?-)", ""},
	{"(?ii)A", "a"}, {"(?P<é>a)", ""}, {"(?P<n\xff>a)", ""}, {"(?P<n>a)(?P<n>b)", "ab"}, {"a**", ""}, {"a*+", ""}, {"a??", "a"}, {"a???", ""},
	{"a{2}{3}", ""}, {"a{2}*", ""}, {"a*?{2}", ""}, {"*", ""}, {"+a", ""}, {"|*", ""}, {"(*)", ""}, {"(|*)", ""}, {"^*", "ab"}, {"$+", "a"},
	{`\b+`, "a b"}, {"a{", "a{"}, {"a{1", "a{1"}, {"a{1,", "a{1,"}, {"a{,1}", "a{,1}"}, {"a{01}", "a{01}"}, {"a{1,02}", "a{1,02}"}, {"{", "{"}, {"{1}", ""},
	{"}", "}"}, {"]", "]"}, {"[", ""}, {"[a", ""}, {"[]", ""}, {"[]a]", "]"}, {"[^]a]", "b"}, {"[a-]", "-"}, {"[-a]", "-"}, {"[a-b-c]", "-"}, {"[z-a]", ""},
	{"[a-\\d]", ""}, {"[\\d-z]", "-"}, {"[[:alpha:]", ""}, {"[[:foo:]]", ""}, {"[[:d:]]", ""}, {"[[:alpha]]", "a]"}, {"[:alpha:]", "a"}, {"[[:^alpha:]]", "a1"},
	{"[^\\x00-\\x{10FFFF}]", "a"}, {"[^\\x00-\\x{10FFFF}]*", "a"}, {"[\\x00-\\x{10FFFF}]", "é\xff"}, {"[^\\n]", "\n"}, {"[\\b]", ""}, {"[\\pL-z]", "-"}, {"[a\\", ""},
	{`\`, ""}, {`a\`, ""}, {`\a\f\n\r\t\v`, "\a\f\n\r\t\v"}, {`\q`, ""}, {`\é`, ""}, {`\_`, "_"}, {`\-\/`, "-/"}, {`\1`, ""}, {`\8`, ""}, {`\12`, "\n"}, {`\0`, "\x00"},
	{`\08`, "\x008"}, {`\777`, "\u01ff"}, {`\x`, ""}, {`\x1`, ""}, {`\xg1`, ""}, {`\x41`, "A"}, {`\x{`, ""}, {`\x{}`, ""}, {`\x{41`, ""}, {`\x{110000}`, ""}, {`\x{10FFFF}`, "\U0010ffff"},
	{`\x{g}`, ""}, {`\p`, ""}, {`\p{`, ""}, {`\p{}`, ""}, {`\pé`, ""}, {`\p{Foo}`, ""}, {`\p{^L}`, "1"}, {`\P{^L}`, "a"}, {`\PL`, "1"}, {`\p{Any}`, "x"}, {`(?i)\p{Lu}`, "a"}, {`(?i)\P{Lu}`, "aA"},
	{`\pX`, ""}, {`\Q`, ""}, {`\Qa*b`, "a*b"}, {`\Qa\E*`, "aa"}, {`\Q\E*`, ""}, {`a*\Q\E*`, "a"}, {`\E`, ""}, {`\C`, ""}, {`\Z`, ""}, {`\z`, "a"}, {`\A\z`, ""}, {`\G`, ""}, {`\h`, ""},
	{"a\xff", ""}, {"[\xff]", ""}, {"\\\xff", ""}, {"(?\xff)", ""}, {`\Q` + "\xff", ""}, {`\x{` + "\xff", ""}, {`\p{` + "\xff}", ""}, {`\p{` + "\xff", ""},
	{"a|ab", "ab"}, {"ab|a", "ab"}, {"(a|ab)(c|bcd)(d*)", "abcd"}, {"(a*)*", "b"}, {"(a*)+", "b"}, {"(a*|b)*", "ab"}, {"(|a)*", "aa"}, {"(|a)+", "aa"}, {"(a|)*", "aa"}, {"(?:(a)|b)*", "ab"},
	{"(a*?)*?b", "aab"}, {"((a)|(b))*?c", "abc"}, {"(?U)a*(b+)", "aabb"}, {"(?U)a*?b", "aab"}, {"(a{2}){2}", "aaaaa"}, {"(a){0}", "a"}, {"(a){0}(b)", "ab"}, {"((a){0,1}b)*", "abbab"},
	{"(?i)straße", "STRASSE STRAẞE"}, {"(?i)k", "\u212a"}, {"(?i)[k-l]", "\u212aL"}, {"(?i)\u017f", "s"}, {"(?i)İ", "i"}, {"(?i)[^s]", "\u017fs"}, {"[Kk\u212a]", "K"}, {"[Ss]", "\u017f"},
	{"(?m)^b$", "a\nb\nc"}, {"(?m)^", "a\nb\n"}, {"(?m)$", "a\nb\n"}, {"^", "a\nb"}, {"$", "a\n"}, {"(?s).", "\n"}, {".", "\n"}, {"(?s)a.b", "a\nb"}, {`\bfoo\b`, "a foo."}, {`\B`, "ab"}, {`\b`, "é a"},
	{"é", "a\xc3é"}, {"\ufffd", "a\xff\ufffd"}, {"[\ufffd]", "é\xc3"}, {".", "\xe2\x82"}, {"..", "é\xff"}, {"[^a]+", "a\xffb"}, {"\xe2\x82\xac", "€"}, {"x*", "abxc"}, {"a*", "baac"}, {"z+", "pizza"},
	{"(\\w+)@(\\w+)", "bob@home"}, {"[^a-z0-9]+", "My Name_is.X"}, {"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "my-release-0"}, {"^v?([0-9]+)(\\.[0-9]+)?(\\.[0-9]+)?$", "v1.28.3"},
	{"^[^:]+:", "a:b"}, {"[[:space:]]+$", "a \n"}, {"(?i)^(true|yes|on|t|tr)$", "TRUE"}, {"abc|abd|ab|b|c|[d-f]|x{2}y|x{2}z", "xxz"}, {"a|b|[c-e]|.", "f"}, {"a|(?i:a)|A", "A"},
}
