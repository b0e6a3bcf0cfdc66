package main

import (
	"math/rand"
	"strings"
)

var words = []string{"a", "B", "foo", "Bar", "HTTP", "Server", "2xx", "42", "x86", "iOS", "É", "éa", "ÀB", "ß", "ǅ", "ǆ", "ſ", "İ", "ı", "日本", "㐀", "𠀀", "Ⅷ", "ⅷ", "²",
	"٣", "Σ", "ς", "ö", "\u0301", "don't", "value", "My", "URL", "ID", "k8s", "v1beta1"}
var marks = []string{" ", "-", "_", ".", ",", "/", "\n", "\t", "  ", "__", "--", "\u00a0", "\u0085", "\u2028", "\u3000", "'", "\"", "!", "$", "+", "€", "\xff", "\xc3", "\ufffd", "\x00", "`", "\\", "(", "#", "😀", "«", "\ufeff"}

// randomText is made of words and marks.
func randomText(r *rand.Rand, most int) string {
	var b strings.Builder
	for n := r.Intn(most + 1); n > 0; n-- {
		if r.Intn(5) < 3 {
			b.WriteString(words[r.Intn(len(words))])
		} else {
			b.WriteString(marks[r.Intn(len(marks))])
		}
	}
	return b.String()
}

func randomASCII(r *rand.Rand, most int) string {
	var b strings.Builder
	for n := r.Intn(most + 1); n > 0; n-- {
		b.WriteByte("aabbABcC012 _-./"[r.Intn(16)])
	}
	return b.String()
}

// A part of s, often.
func partOf(r *rand.Rand, s string) string {
	switch {
	case s == "" || r.Intn(4) == 0:
		return []string{"", " ", "a", "b", "-", "é", "aa", "\n", "\xff", "\ufffd", "日"}[r.Intn(11)]
	default:
		i := r.Intn(len(s))
		return s[i:min(len(s), i+1+r.Intn(3))]
	}
}

func randomString(r *rand.Rand) string {
	switch r.Intn(6) {
	case 0:
		return randomText(r, 4)
	case 1:
		return randomASCII(r, 6)
	default:
		return []string{"", "a", "b", "c", "key", "hello", "1", "true", "x y"}[r.Intn(9)]
	}
}

func randomSize(r *rand.Rand, s string) int {
	switch r.Intn(8) {
	case 0:
		return -1 - r.Intn(12)
	case 1:
		return 0
	case 2:
		return len(s) - 2 + r.Intn(5)
	default:
		return r.Intn(14)
	}
}
