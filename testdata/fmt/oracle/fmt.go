package main

import (
	"fmt"
	"math"
	"math/rand"
	"regexp"
	"strconv"
	"strings"
)

// Addresses differ from run to run; the program prints this one.
var address = regexp.MustCompile(`c000[0-9a-f]{6}`)

func pick(r *rand.Rand, s string) string { return s[r.Intn(len(s)):][:1] }

func randomDirective(r *rand.Rand) string {
	s := "%"
	for r.Intn(3) == 0 {
		s += pick(r, "+-# 0")
	}
	index := func() string {
		if r.Intn(12) > 0 {
			return ""
		}
		return []string{"[1]", "[2]", "[3]", "[0]", "[9]", "[", "[]", "[x]", "[-1]", "[99999999]", "[1"}[r.Intn(11)]
	}
	s += index()
	switch r.Intn(8) {
	case 0:
		s += "*"
	case 1, 2:
		s += []string{"1", "5", "12", "20", "40", "3"}[r.Intn(6)]
	}
	if r.Intn(4) == 0 {
		s += "."
		switch r.Intn(8) {
		case 0:
			s += index() + "*"
		case 1:
		default:
			s += []string{"0", "1", "2", "5", "10", "25"}[r.Intn(6)]
		}
	}
	s += index()
	if r.Intn(40) == 0 {
		return s
	}
	verbs := "vvvvvsssddqqxXoObcUtTeEfFgGwz%!yn\xff" // %p of lists differs from run to run
	v := pick(r, verbs)
	if v == "n" {
		v = "é"
	}
	return s + v
}

func printfCases(r *rand.Rand, count int) {
	for ; count > 0; count-- {
		args := []any{}
		for n := r.Intn(4); n > 0; n-- {
			args = append(args, randomValue(r, 3))
		}
		list := encode(args)
		switch r.Intn(8) {
		case 0:
			line("print", "", list, fmt.Sprint(args...))
		case 1:
			line("println", "", list, fmt.Sprintln(args...))
		default:
			var b strings.Builder
			for n := r.Intn(4); n >= 0; n-- {
				b.WriteString([]string{"", "", "a", " ", "ü", "x=", "\n"}[r.Intn(7)])
				b.WriteString(randomDirective(r))
			}
			line("printf", b.String(), list, fmt.Sprintf(b.String(), args...))
		}
	}
}

func floatCases(r *rand.Rand, count int) {
	for ; count > 0; count-- {
		f, bits := randomFloat(r), 64
		format, precision := pick(r, "eEfgGggggbxX")[0], -1
		if r.Intn(3) == 0 {
			precision = []int{0, 1, 2, 3, 6, 15, 17, 20, 40, 800}[r.Intn(10)]
		}
		if r.Intn(8) == 0 {
			bits = 32
			f = float64(math.Float32frombits(r.Uint32()))
			if r.Intn(3) == 0 {
				f = math.Ldexp(1, r.Intn(277)-149)
			}
		}
		line(encode(f), string(format), strconv.Itoa(precision), strconv.Itoa(bits), strconv.FormatFloat(f, format, precision, bits))
	}
}
