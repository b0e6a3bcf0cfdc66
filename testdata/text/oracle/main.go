// The oracle of the unit tests in src/text: it runs Go's own libraries, as Helm 4.1.4 uses them, on written and on
// generated cases and prints what they answer, one case a line.
//
//	go run . unicode > ../unicode.tsv
//	go run . regex [SEED [COUNT]] > ../regex.tsv
//	go run . semver [SEED [COUNT]] > ../semver.tsv
//	go run . units [SEED [COUNT]] > ../units.tsv
//
// Fields are separated by tabs; in a field \\, \t, \n and \xHH stand for bytes.
package main

import (
	"bufio"
	"fmt"
	"math/rand"
	"os"
	"strconv"
	"strings"
)

var out = bufio.NewWriter(os.Stdout)

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
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// emit prints one case.
func emit(fields ...string) {
	for i, f := range fields {
		if i > 0 {
			out.WriteByte('\t')
		}
		out.WriteString(escape(f))
	}
	out.WriteByte('\n')
}

func number(i int, otherwise int64) int64 {
	if len(os.Args) <= i {
		return otherwise
	}
	n, err := strconv.ParseInt(os.Args[i], 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

func main() {
	defer out.Flush()
	makers := map[string]func(r *rand.Rand, count int){
		"unicode": unicodeCases, "regex": regexCases, "semver": semverCases, "units": unitsCases,
	}
	defaults := map[string]int64{"regex": 600, "semver": 200, "units": 150}
	if len(os.Args) < 2 || makers[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: go run . unicode|regex|semver|units [SEED [COUNT]]")
		os.Exit(2)
	}
	makers[os.Args[1]](rand.New(rand.NewSource(number(2, 1))), int(number(3, defaults[os.Args[1]])))
}
