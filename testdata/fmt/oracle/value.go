package main

import (
	"fmt"
	"math"
	"math/rand"
	"sort"
	"strings"
	"time"

	"oracle/common"
	"oracle/engine"
)

// Values are written so that their Go types can be read back:
//
//	n t f                      nil, true, false
//	i1; l1; w1; h1; y1;        int, int64, int32, int16, int8
//	u1; Q1; X1; H1; b1;        uint, uint64, uint32, uint16, uint8
//	d<16 digits> e<8 digits>   float64, float32: their bits
//	"text" B"text"             string, []byte; %HH is a byte
//	[..] S[..] N[..] M[..] P[..] A[..] V[..]
//	                           []any, []string, []int, []map[string]any, [][]string, [][]any, common.VersionSet
//	{"key" value ..} G{ C{ F{  map[string]any, map[string]string, common.Values, engine.files
//	0[ 0S[ 0{ 0B ..            the nil one of a type
//	D1; O1; W1;                time.Duration, time.Month, time.Weekday
//	T"text"                    time.Time as fmt prints it
func encode(v any) string {
	var b strings.Builder
	write(&b, v)
	return b.String()
}

func quote(b *strings.Builder, s string) {
	b.WriteByte('"')
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '%' || c == '\\' {
			fmt.Fprintf(b, "%%%02x", c)
		} else {
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
}

func writeMap[V any](b *strings.Builder, prefix string, m map[string]V) {
	if m == nil {
		b.WriteString("0" + prefix + "{")
		return
	}
	b.WriteString(prefix + "{")
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		quote(b, k)
		write(b, m[k])
	}
	b.WriteByte('}')
}

func writeList[V any](b *strings.Builder, prefix string, l []V) {
	if l == nil {
		b.WriteString("0" + prefix + "[")
		return
	}
	b.WriteString(prefix + "[")
	for _, v := range l {
		write(b, v)
	}
	b.WriteByte(']')
}

func write(b *strings.Builder, v any) {
	if m, ok := engine.IsFiles(v); ok {
		writeMap(b, "F", m)
		return
	}
	switch v := v.(type) {
	case nil:
		b.WriteByte('n')
	case bool:
		b.WriteByte(map[bool]byte{true: 't', false: 'f'}[v])
	case int:
		fmt.Fprintf(b, "i%d;", v)
	case int64:
		fmt.Fprintf(b, "l%d;", v)
	case int32:
		fmt.Fprintf(b, "w%d;", v)
	case int16:
		fmt.Fprintf(b, "h%d;", v)
	case int8:
		fmt.Fprintf(b, "y%d;", v)
	case uint:
		fmt.Fprintf(b, "u%d;", v)
	case uint64:
		fmt.Fprintf(b, "Q%d;", v)
	case uint32:
		fmt.Fprintf(b, "X%d;", v)
	case uint16:
		fmt.Fprintf(b, "H%d;", v)
	case uint8:
		fmt.Fprintf(b, "b%d;", v)
	case float64:
		bits := math.Float64bits(v)
		if v != v { // of a NaN the sign alone
			bits = bits&(1<<63) | 0x7ff8000000000001
		}
		fmt.Fprintf(b, "d%016x", bits)
	case float32:
		fmt.Fprintf(b, "e%08x", math.Float32bits(v))
	case string:
		quote(b, v)
	case []byte:
		if v == nil {
			b.WriteString("0B")
			return
		}
		b.WriteByte('B')
		quote(b, string(v))
	case []any:
		writeList(b, "", v)
	case []string:
		writeList(b, "S", v)
	case []int:
		writeList(b, "N", v)
	case []map[string]any:
		writeList(b, "M", v)
	case [][]string:
		writeList(b, "P", v)
	case [][]any:
		writeList(b, "A", v)
	case common.VersionSet:
		writeList(b, "V", v)
	case map[string]any:
		writeMap(b, "", v)
	case map[string]string:
		writeMap(b, "G", v)
	case common.Values:
		writeMap(b, "C", v)
	case time.Duration:
		fmt.Fprintf(b, "D%d;", int64(v))
	case time.Month:
		fmt.Fprintf(b, "O%d;", int64(v))
	case time.Weekday:
		fmt.Fprintf(b, "W%d;", int64(v))
	case time.Time:
		b.WriteByte('T')
		quote(b, v.String())
	default:
		panic(fmt.Sprintf("no encoding for %T", v))
	}
}

var pieces = []string{"", "a", "b", "key", "ü", "é", "日本", "😀", " ", "\n", "\t", "\"", "\\", "<", ">", "&", "'", "`", "\x00", "\x1f", "\x7f",
	"\xff", "\xc3", "\u2028", "\ufeff", "\u00ad", "\U000e0001", "0", "1", "-", ".", "x", "true", "%", "{{", "#", "=", "\r", "\u0085", "\a", "\ufffd"}

func randomString(r *rand.Rand) string {
	if r.Intn(4) > 0 {
		return []string{"", "a", "hello", "x y", "1", "-2", "3.5", "true", "key", "long text with words"}[r.Intn(10)]
	}
	s := ""
	for n := r.Intn(6); n >= 0; n-- {
		s += pieces[r.Intn(len(pieces))]
	}
	return s
}

func randomFloat(r *rand.Rand) float64 {
	switch r.Intn(10) {
	case 0:
		return float64(r.Intn(2000) - 1000)
	case 1:
		return float64(r.Intn(200000)-100000) / 100
	case 2:
		return math.Float64frombits(r.Uint64())
	case 3:
		return float64(r.Int63()) * float64(int64(1)<<r.Intn(20))
	case 4:
		return math.Ldexp(1, r.Intn(2100)-1075)
	case 5:
		return math.Pow(10, float64(r.Intn(640)-325))
	case 6:
		return float64(r.Intn(1000)) * math.Pow(10, float64(r.Intn(50)-25))
	case 7:
		return []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), math.MaxFloat64, 5e-324, 1e21, 1e20, 1e-6, 1e-7, 9.5, 0.5, 2.5,
			1e23, 123456789, 1e6, 999999.5, 1e-5, 2.2250738585072014e-308, 9007199254740993}[r.Intn(21)]
	case 8:
		return math.Float64frombits(r.Uint64() & 0x800fffffffffffff)
	default:
		return r.NormFloat64()
	}
}

func randomScalar(r *rand.Rand) any {
	switch r.Intn(22) {
	case 0:
		return nil
	case 1:
		return r.Intn(2) == 0
	case 2, 3:
		return r.Intn(300) - 100
	case 4:
		return int(r.Uint64())
	case 5:
		return int64(r.Intn(2000) - 1000)
	case 6:
		return []int64{math.MaxInt64, math.MinInt64, 0, -1, 0x1f600, 0xd800, 0x110000, 0xfffd, 0xad, 0x2028}[r.Intn(10)]
	case 7:
		return []any{int32(-7), int16(300), int8(-128), uint(7), uint64(math.MaxUint64), uint32(70000), uint16(77), uint8(200), float32(0.1), float32(1e10)}[r.Intn(10)]
	case 8, 9, 10, 11:
		return randomFloat(r)
	case 12:
		return time.Duration(r.Int63n(1e13) - 5e12)
	case 13:
		return time.Duration(r.Int63n(1e4) * []int64{1, 1000, 1e6, 1e9, 3600e9}[r.Intn(5)])
	case 14:
		return []any{time.Month(r.Intn(15)), time.Weekday(r.Intn(9) - 1)}[r.Intn(2)]
	case 15:
		if r.Intn(5) == 0 {
			return []byte(nil)
		}
		return []byte(randomString(r))
	default:
		return randomString(r)
	}
}

func randomMap(r *rand.Rand, depth int) map[string]any {
	m := map[string]any{}
	for n := r.Intn(4); n > 0; n-- {
		m[randomString(r)] = randomValue(r, depth)
	}
	return m
}

func randomTexts(r *rand.Rand) []string {
	l := []string{}
	for n := r.Intn(4); n > 0; n-- {
		l = append(l, randomString(r))
	}
	return l
}

func randomList(r *rand.Rand, depth int) []any {
	l := []any{}
	for n := r.Intn(4); n > 0; n-- {
		l = append(l, randomValue(r, depth))
	}
	return l
}

func randomValue(r *rand.Rand, depth int) any {
	if depth <= 0 || r.Intn(10) < 6 {
		return randomScalar(r)
	}
	depth--
	switch r.Intn(16) {
	case 0, 1, 2:
		return randomList(r, depth)
	case 3, 4, 5:
		return randomMap(r, depth)
	case 6:
		return randomTexts(r)
	case 7:
		return []int{1, -2, r.Intn(100)}[:r.Intn(4)]
	case 8:
		return []map[string]any{randomMap(r, depth), nil, randomMap(r, depth)}[:r.Intn(4)]
	case 9:
		return [][]string{randomTexts(r), nil}[:r.Intn(3)]
	case 10:
		return [][]any{randomList(r, depth), randomList(r, depth)}[:r.Intn(3)]
	case 11:
		return common.VersionSet(randomTexts(r))
	case 12:
		m := map[string]string{}
		for _, s := range randomTexts(r) {
			m[s] = s + "x"
		}
		return m
	case 13:
		return common.Values(randomMap(r, depth))
	case 14:
		return engine.Files(map[string][]byte{"a": []byte(randomString(r)), "b/c": []byte("text")})
	default:
		return []any{[]any(nil), map[string]any(nil), []string(nil), common.Values(nil), map[string]string(nil)}[r.Intn(5)]
	}
}
