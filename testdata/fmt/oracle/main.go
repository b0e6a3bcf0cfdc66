// The oracle of the unit tests in src/value and src/funcs: it runs Go's own libraries, and those that Helm 4.1.4 uses, on
// generated cases and prints what they answer, one case a line.
//
//	go run . printf|floats|json-read|json-write|toml-read|toml-write|functions [SEED [COUNT]] > ../printf.tsv
//
// Fields are separated by tabs; in a field \\, \t, \n and \xHH stand for bytes. value.go says how values are written.
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

func line(fields ...string) {
	for i, f := range fields {
		if i > 0 {
			out.WriteByte('\t')
		}
		out.WriteString(escape(f))
	}
	out.WriteByte('\n')
}

var makers = map[string]func(r *rand.Rand, count int){
	"printf":     printfCases,
	"floats":     floatCases,
	"json-read":  jsonReadCases,
	"json-write": jsonWriteCases,
	"functions":  functionCases,
	"toml-read":  tomlReadCases,
	"toml-write": tomlWriteCases,
}

func number(i int, otherwise int) int {
	if i >= len(os.Args) {
		return otherwise
	}
	n, err := strconv.Atoi(os.Args[i])
	if err != nil {
		panic(err)
	}
	return n
}

func main() {
	if len(os.Args) < 2 || makers[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: oracle WHAT [SEED [COUNT]]")
		os.Exit(2)
	}
	makers[os.Args[1]](rand.New(rand.NewSource(int64(number(2, 1)))), number(3, 400))
	out.Flush()
}
