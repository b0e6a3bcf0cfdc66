package main

import (
	"fmt"
	"hash/fnv"
	"math/rand"
	"regexp/syntax"
	"sort"
	"strconv"
	"unicode"
)

// unicodeCases prints digests: of each class that \p{...} knows, as pairs of its ranges' bounds; of each property and
// mapping, over all code points.
func unicodeCases(*rand.Rand, int) {
	names := []string{"Any", "Assigned", "ASCII", "Nope", "Latn", "letter", "UPPERCASE letter", "l-u", "", "L&"}
	for _, m := range []map[string]*unicode.RangeTable{unicode.Categories, unicode.Scripts} {
		for name := range m {
			names = append(names, name)
		}
	}
	for name := range unicode.CategoryAliases {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		for _, flag := range []string{"", "(?i)"} {
			re, err := syntax.Parse(flag+`\p{`+name+`}`, syntax.Perl)
			if err != nil {
				emit("class", flag, name, "none")
				continue
			}
			h := fnv.New64a()
			classBounds(re, func(r rune) { fmt.Fprintf(h, "%x ", r) })
			emit("class", flag, name, fmt.Sprintf("%016x", h.Sum64()))
		}
	}
	property := func(name string, f func(r rune) rune) {
		h := fnv.New64a()
		for r := rune(0); r <= unicode.MaxRune; r++ {
			if v := f(r); v != 0 {
				fmt.Fprintf(h, "%x:%x ", r, v)
			}
		}
		emit("map", name, fmt.Sprintf("%016x", h.Sum64()))
	}
	is := func(f func(rune) bool) func(rune) rune {
		return func(r rune) rune {
			if f(r) {
				return 1
			}
			return 0
		}
	}
	to := func(f func(rune) rune) func(rune) rune {
		return func(r rune) rune { return f(r) ^ r }
	}
	property("letter", is(unicode.IsLetter))
	property("digit", is(unicode.IsDigit))
	property("number", is(unicode.IsNumber))
	property("upper", is(unicode.IsUpper))
	property("lower", is(unicode.IsLower))
	property("punct", is(unicode.IsPunct))
	property("print", is(strconv.IsPrint))
	property("space", is(unicode.IsSpace))
	property("to upper", to(unicode.ToUpper))
	property("to lower", to(unicode.ToLower))
	property("to title", to(unicode.ToTitle))
	property("fold", to(unicode.SimpleFold))
}

func classBounds(re *syntax.Regexp, visit func(rune)) {
	switch re.Op {
	case syntax.OpCharClass:
		for _, r := range re.Rune {
			visit(r)
		}
	case syntax.OpAnyChar:
		visit(0)
		visit(unicode.MaxRune)
	case syntax.OpLiteral:
		visit(re.Rune[0])
		visit(re.Rune[0])
	default:
		panic(re.String())
	}
}
