// The oracle of the unit tests in src/funcs: it runs Go's own libraries and sprig's functions on written and on generated
// cases and prints what they answer, one case a line.
//
//	go run . time [SEED [COUNT]] > ../time.tsv
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

// line prints one case.
func line(fields ...any) {
	for i, f := range fields {
		if i > 0 {
			out.WriteByte('\t')
		}
		out.WriteString(escape(fmt.Sprint(f)))
	}
	out.WriteByte('\n')
}

// mutate changes, drops or inserts one byte.
func mutate(r *rand.Rand, s, alphabet string) string {
	b := []byte(s)
	if len(b) == 0 {
		return s
	}
	k, c := r.Intn(len(b)), alphabet[r.Intn(len(alphabet))]
	switch r.Intn(3) {
	case 0:
		b[k] = c
	case 1:
		b = append(b[:k], b[k+1:]...)
	default:
		b = append(b[:k], append([]byte{c}, b[k:]...)...)
	}
	return string(b)
}

func main() {
	defer out.Flush()
	seed, count := int64(1), 400
	if len(os.Args) > 2 {
		seed, _ = strconv.ParseInt(os.Args[2], 10, 64)
	}
	if len(os.Args) > 3 {
		count, _ = strconv.Atoi(os.Args[3])
	}
	r := rand.New(rand.NewSource(seed))
	switch os.Args[1] {
	case "time":
		timeCases(r, count)
	}
}
