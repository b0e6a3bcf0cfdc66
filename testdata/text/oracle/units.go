package main

import (
	"math"
	"math/big"
	"math/rand"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gobwas/glob"
	"gopkg.in/inf.v0"
	"k8s.io/apimachinery/pkg/api/resource"
)

// unitsCases prints quantities in thousandths, durations in nanoseconds, and what patterns match.
func unitsCases(r *rand.Rand, count int) {
	for _, s := range writtenQuantities {
		quantityCase(s)
	}
	for _, s := range writtenDurations {
		durationCase(s)
	}
	for _, pattern := range writtenPatterns {
		globCase(pattern, writtenPaths)
		filepathCase(pattern, writtenPaths)
	}
	for i := 0; i < count; i++ {
		quantityCase(randomQuantity(r))
		durationCase(randomDuration(r))
		pattern := randomPattern(r, "^", "!")
		filepathCase(pattern, randomPaths(r, pattern))
		pattern = randomGlob(r, 2)
		if r.Intn(4) == 0 {
			pattern = mutateGlob(r, pattern)
		}
		globCase(pattern, randomPaths(r, pattern))
	}
}

func quantityCase(s string) {
	q, err := resource.ParseQuantity(s)
	if err != nil {
		emit("quantity", s, "error")
		return
	}
	d := new(inf.Dec).Mul(q.AsDec(), inf.NewDec(1000, 0))
	n := d.Round(d, 0, inf.RoundUp).UnscaledBig()
	answer := n.String()
	if !n.IsInt64() && n.Sign() > 0 {
		answer = strconv.FormatInt(math.MaxInt64, 10)
	} else if !n.IsInt64() || n.Cmp(big.NewInt(math.MinInt64)) == 0 {
		answer = strconv.FormatInt(-math.MaxInt64, 10)
	}
	emit("quantity", s, answer)
}

func durationCase(s string) {
	d, err := time.ParseDuration(s)
	if err != nil {
		emit("duration", s, err.Error())
		return
	}
	emit("duration", s, "ok", strconv.FormatInt(int64(d), 10))
}

// sorted splits paths into those that match and the others, as fields of a case; paths have no U+001F in them.
func sorted(paths []string, match func(string) bool) (good, bad string) {
	for _, path := range paths {
		if match(path) {
			good += path + "\x1f"
		} else {
			bad += path + "\x1f"
		}
	}
	return good, bad
}

func globCase(pattern string, paths []string) {
	var g glob.Glob
	var err error
	if panics(func() { g, err = glob.Compile(pattern, '/') }) {
		return
	}
	if err != nil {
		emit("glob", pattern, "error")
		return
	}
	// Some patterns make the library fail on some paths; what Helm does then is not covered.
	var kept []string
	for _, path := range paths {
		if !panics(func() { g.Match(path) }) {
			kept = append(kept, path)
		}
	}
	good, bad := sorted(kept, g.Match)
	emit("glob", pattern, "ok", good, bad)
}

func panics(f func()) (yes bool) {
	defer func() { yes = recover() != nil }()
	f()
	return
}

// filepathCase also sorts out the paths for which the pattern is found to be malformed.
func filepathCase(pattern string, paths []string) {
	malformed, rest := sorted(paths, func(path string) bool {
		_, err := filepath.Match(pattern, path)
		return err != nil
	})
	var kept []string
	for _, path := range strings.Split(rest, "\x1f") {
		kept = append(kept, path)
	}
	good, bad := sorted(kept[:len(kept)-1], func(path string) bool {
		ok, _ := filepath.Match(pattern, path)
		return ok
	})
	emit("filepath", pattern, good, bad, malformed)
}

func randomDigits(r *rand.Rand) string {
	return pick(r, "", "0", "1", "00", "5", "10", "100", "500", "999", "1024", "007", strconv.Itoa(r.Intn(100000)), "9223372036854775807", "12345678901234567890123",
		"000000000000000000000000000001")
}

func randomQuantity(r *rand.Rand) string {
	s := pick(r, "", "", "", "", "+", "-") + randomDigits(r)
	if r.Intn(3) == 0 {
		s += "." + randomDigits(r)
	}
	return s + pick(r, "", "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "e3", "E3", "e-3", "E+2", "e", "K", "mi", "ki", "g", "e0", "e-12", " ", "m5",
		"e9", "e20", "e1.5", "B", "MB")
}

var writtenQuantities = []string{
	"", "0", "1", "100m", "1500m", "1.5", "0.1", "0.0001", "-0.5", "1Gi", "1.5Gi", "512Mi", "1k", "1K", "1e3", "1E3", "1E", "1e", ".5", "5.", ".", "+", "-", "+.", "-.", ".m", "m", "Ki", "Ei", ".Ei", "0Ei",
	"1Ei", "7Ei", "8Ei", "16Ei", "9223372036854775807", "9223372036854775808", "9223372036854775807m", "1n", "1u", "999999n", "1000001n", "0.1n", "1 Gi", " 1", "1 ", "1..5", "1.5.5", "--1", "1e+3", "1e-3", "1e4294967296",
	"1e4294967299", "1e99999999999999999999", "1e-", "e3", "1e30", "1e-30", "0.3Ki", "0.00000000000000000001Gi", "1mm", "1Kii", "1iK", "0x10", "1_000", "12.5Mi", "0.5Ei", "1\n", "１", "1e-9223372036854775808", "0e5", "00.Gi",
}

func randomDuration(r *rand.Rand) string {
	s := pick(r, "", "", "", "", "+", "-")
	for {
		s += randomDigits(r)
		if r.Intn(3) == 0 {
			s += "." + randomDigits(r)
		}
		s += pick(r, "s", "m", "h", "ms", "us", "ns", "µs", "μs", "s", "m", "h", "", "d", "S", " s", "\"", "é", "\x01", "\\", "\xff")
		if r.Intn(2) == 0 {
			return s
		}
	}
}

var writtenDurations = []string{
	"", "0", "+0", "-0", "0s", "1", "1s", "1.5h", "1h30m", "-1m", "300ms", ".5s", "5.s", ".s", "s", "1d", "1 s", " 1s", "1s ", "1.5.5s", "--1s", "+-1s", "9223372036854775807ns", "9223372036854775808ns", "-9223372036854775808ns",
	"-9223372036854775809ns", "2562047h47m16.854775807s", "2562047h47m16.854775808s", "0.9223372036854775807h", "0.33333333333333333333333h", "1e3s", "1h-1m", "9999999h", "1.000000001s", "1.0000000015us", "0.100000000000000000000h",
	"3000000h3000000h", "1µs", "1μs", "１s", "10m0s",
}

func randomPattern(r *rand.Rand, nots ...string) string {
	s := ""
	for r.Intn(7) != 0 {
		s += pick(r, "a", "b", "c", "ab", "/", "/", ".", "*", "*", "?", "é", "[a-c]", "["+pick(r, nots...)+"a]", "[ab]", `\*`, `\a`, "[", "]", "[]a]", "[a-", "-", "**", "[é-ñ]", `[\]]`, `\`, "[^]", "日", "\xff")
	}
	return s
}

func randomGlob(r *rand.Rand, depth int) string {
	s := ""
	for n := 1 + r.Intn(5); n > 0; n-- {
		switch k := r.Intn(16); {
		case k < 6:
			s += pick(r, "a", "b", "c", "ab", "ba", "/", "/", ".", ".yaml", "é", "conf/", "日")
		case k < 10:
			s += pick(r, "*", "*", "*", "**", "?", "*.", "**/", "/*", "/**")
		case k < 12:
			s += pick(r, "[a-c]", "[!a-c]", "[ab]", "[!ab]", "[!/]", "[a]", "[é]", "[!é]", "[/]")
		case k < 14 && depth > 0:
			s += "{" + randomGlob(r, depth-1)
			for r.Intn(3) != 0 {
				s += "," + pick(r, randomGlob(r, depth-1), randomGlob(r, depth-1), randomGlob(r, depth-1), "")
			}
			s += "}"
		default:
			s += pick(r, "a", "b", `\*`, "-")
		}
	}
	return s
}

func mutateGlob(r *rand.Rand, s string) string {
	b := []byte(s)
	at := r.Intn(len(b) + 1)
	if r.Intn(3) == 0 && at < len(b) {
		return string(append(b[:at], b[at+1:]...))
	}
	in := pick(r, "{", "}", "[", "]", "!", ",", "-", `\`, "*", "?", "\x00", "\xff", "\ufffd", "[a-", "[!", "]]", "}{", "{,", ",}", "é")
	return string(append(b[:at], append([]byte(in), b[at:]...)...))
}

// randomPaths also makes paths that resemble the pattern.
func randomPaths(r *rand.Rand, pattern string) []string {
	var paths []string
	for i := 0; i < 6; i++ {
		s := ""
		if i < 3 {
			for r.Intn(6) != 0 {
				s += pick(r, "a", "b", "c", "ab", "ba", "/", ".", "é", "日", "a", "b", ".yaml", "conf/", "*", "-", "\xff", "\ufffd")
			}
		} else {
			s = resemble(r, pattern)
		}
		paths = append(paths, s)
	}
	return paths
}

func resemble(r *rand.Rand, pattern string) string {
	s := ""
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; c {
		case '*':
			for r.Intn(2) == 0 {
				s += pick(r, "a", "b", "ab", "/", "c", "é", ".")
			}
		case '?':
			s += pick(r, "a", "b", "/", "é")
		case '[':
			if end := strings.IndexByte(pattern[i:], ']'); end > 0 {
				s += pick(r, "a", "b", "c", "d", "/", "é")
				i += end
			}
		case '{':
			if end := strings.IndexByte(pattern[i:], '}'); end > 0 {
				choices := strings.Split(pattern[i+1:i+end], ",")
				s += resemble(r, choices[r.Intn(len(choices))])
				i += end
			}
		case '\\', '}', ']', ',':
		default:
			s += string([]byte{c})
		}
	}
	return s
}

var writtenPatterns = []string{
	"", "*", "**", "?", "a", "*.yaml", "*.yml", "**.yaml", "**/*.yaml", "files/*", "files/**", "files/**/*.json", "files/*.{yaml,yml}", "{a,b}", "{a,b}/*", "{*.yaml,*.json}", "conf/{*.yaml,*.json}", "{conf,files}/**.yaml", "**/{a,b}.yaml",
	"[a-c].yaml", "[!a-c].yaml", "[^a-c].yaml", "[abc]*", "a?c", "a**a", "a*a", "ab**ba", "*a*", "**a**", "a/*/c", "a/**/c", "*/*", "*/*/*", "dash*/*.json", "conf/*.tpl", `a\*b`, `\{a\}`, "{a", "a}", "[a", "a]", "[]", "[!]", "[a-]", "[z-a]", "[-a]", "[a-z", "{",
	"}", "{}", "{,}", "{a,}", "{,a}", "{{a,b},c}", "{a,{b,c}}d", "a{b,c}d{e,f}", `\`, `a\`, "[a-c", "***", "****", "*?*", "??", "a?", "?a", "é*", "[é]", "*é", "{é,a}*", "a,b", "[a,b]", "\xff", "a\xff", "\ufffd", "config/*.conf", "dashboards/*",
	".*", "*.*", "foo/bar*", "{a*b*c,d}e", "{a*,b*}c", "*{a,b}*", "**{a,b}**", "a[!/]b", "a[/]b", "a[!/]*b",
}

var writtenPaths = []string{
	"", "a", "b", "c", "ab", "aba", "abba", "aa", "a.yaml", "d.yaml", "x.yml", "files/a.yaml", "files/b.yml", "files/x/y.json", "files/a.json", "conf/a.yaml", "conf/x/y.yaml", "conf/a.tpl", "a/b/c", "a/c", "a/b", "a/b/d/c", "dashboards/x.json",
	"config/app.conf", "a*b", "{a}", "é", "éa", "aé", "x/a.yaml", "x/y/b.yaml", ".helmignore", "a/.x", "ad", "abd", "acdf", "abde", "abce", "a1b2ce", "de", "axc", "bxc", "foo/bar/baz", "foo/barbaz", "日", "\xff", "a/b/", "/a", "//", "a]", "a}", "a,b",
	"\ufffd", "xaby", "a/bxb",
}
