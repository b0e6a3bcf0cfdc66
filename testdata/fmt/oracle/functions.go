package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand"
	"reflect"
	"strconv"

	"github.com/BurntSushi/toml"
	"github.com/Masterminds/sprig/v3"
)

// Helm's own, as pkg/engine/funcs.go has them.
var helm = map[string]any{
	"toToml": func(v any) string {
		var b bytes.Buffer
		if err := toml.NewEncoder(&b).Encode(v); err != nil {
			return err.Error()
		}
		return b.String()
	},
	"fromToml": func(s string) map[string]any {
		m := map[string]any{}
		if err := toml.Unmarshal([]byte(s), &m); err != nil {
			m["Error"] = err.Error()
		}
		return m
	},
	"mustToJson": func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return string(b)
	},
	"toJson": func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return string(b)
	},
	"fromJson": func(s string) map[string]any {
		m := map[string]any{}
		if err := json.Unmarshal([]byte(s), &m); err != nil {
			m["Error"] = err.Error()
		}
		return m
	},
	"fromJsonArray": func(s string) []any {
		a := []any{}
		if err := json.Unmarshal([]byte(s), &a); err != nil {
			a = []any{err.Error()}
		}
		return a
	},
}

var names = []string{"add", "add1", "add1f", "addf", "biggest", "ceil", "div", "divf", "floor", "max", "maxf", "min", "minf", "mod", "mul", "mulf", "round", "sub", "subf",
	"addf", "subf", "mulf", "divf", "round", "round",
	"atoi", "float64", "int", "int64", "seq", "toDecimal", "until", "untilStep", "float64", "int64",
	"deepEqual", "kindIs", "kindOf", "typeIs", "typeIsLike", "typeOf",
	"fromJson", "fromJsonArray", "fromToml", "mustFromJson", "mustToJson", "mustToPrettyJson", "mustToRawJson", "toJson", "toPrettyJson", "toRawJson", "toToml"}

// Texts that are nearly numbers.
func randomNumberText(r *rand.Rand) string {
	if r.Intn(3) == 0 {
		s := ""
		for n := r.Intn(6); n >= 0; n-- {
			s += []string{"0", "1", "9", "12345678", "_", ".", "e", "E", "-", "+", "x", "0x", "0b1", "0o7", "p", "p-2", "inf", "nan", "a", " ", "00", ".0"}[r.Intn(22)]
		}
		return s
	}
	return []string{"", "0", "1", "-1", "+7", "010", "08", "0x1F", "0X1p-2", "0b11", "0o17", "1_000", "1__0", "_1", "1_", "5.0", "5.00", "5.7", "1e3", "1e400", "-1e400", "1e-400", ".5", "5.", "Inf", "-infinity",
		"nan", "+nan", "NaN", " 1", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551616", "99999999999999999999999", "777", "0777", "0x", "0x_1", "0_8", "-0",
		"3.14159265358979323846", "2.2250738585072011e-308", "0x.8p1", "0x1", "1.7976931348623159e308", "123456789012345678901234567890e-20"}[r.Intn(48)]
}

func randomOperand(r *rand.Rand) any {
	switch r.Intn(8) {
	case 0, 1:
		return randomNumberText(r)
	case 2, 3:
		return float64(r.Intn(2000)-1000) / []float64{1, 2, 10, 3, 100}[r.Intn(5)]
	case 4:
		return r.Intn(20) - 10
	case 5:
		return randomFloat(r)
	default:
		return randomValue(r, 1)
	}
}

func randomInt(r *rand.Rand) int {
	if r.Intn(12) == 0 {
		return []int{math.MaxInt64, math.MinInt64, 400, -400, 22, 23}[r.Intn(6)]
	}
	return r.Intn(31) - 15
}

// An argument of the type, as the template engine would accept it.
func randomArgument(r *rand.Rand, name string, t reflect.Type) any {
	switch t.Kind() {
	case reflect.String:
		switch name {
		case "atoi":
			return randomNumberText(r)
		case "fromJson", "fromJsonArray", "mustFromJson":
			return randomJSONText(r)
		case "fromToml":
			return randomTOML(r)
		}
		return []string{"string", "int", "map", "slice", "[]interface {}", "map[string]interface {}", "float64", "time.Duration", "int64", "invalid", "<nil>", "bool", "[]string"}[r.Intn(13)]
	case reflect.Int:
		return randomInt(r)
	case reflect.Float64:
		return []float64{.5, 0, 1, .1, .999, -.5, math.NaN()}[r.Intn(7)]
	}
	switch name {
	case "deepEqual", "kindOf", "typeOf", "kindIs", "typeIs", "typeIsLike", "toToml", "toJson", "mustToJson", "toPrettyJson", "mustToPrettyJson", "toRawJson", "mustToRawJson":
		return randomValue(r, 3)
	case "toDecimal":
		if r.Intn(2) == 0 {
			return strconv.FormatInt(int64(r.Intn(100000)), 8)
		}
	}
	return randomOperand(r)
}

func call(f reflect.Value, args []any) (result string) {
	defer func() {
		if p := recover(); p != nil {
			result = "!" + fmt.Sprint(p)
		}
	}()
	in := []reflect.Value{}
	for i, a := range args {
		v := reflect.ValueOf(a)
		if a == nil {
			v = reflect.Zero(f.Type().In(min(i, f.Type().NumIn()-1)))
			if f.Type().IsVariadic() && i >= f.Type().NumIn()-1 {
				v = reflect.Zero(f.Type().In(f.Type().NumIn() - 1).Elem())
			}
		}
		in = append(in, v)
	}
	out := f.Call(in)
	if len(out) == 2 && !out[1].IsNil() {
		return "!" + out[1].Interface().(error).Error()
	}
	return encode(out[0].Interface())
}

func functionCases(r *rand.Rand, count int) {
	functions := sprig.TxtFuncMap()
	for name, f := range helm {
		functions[name] = f
	}
	for ; count > 0; count-- {
		name := names[r.Intn(len(names))]
		f := reflect.ValueOf(functions[name])
		t := f.Type()
		args := []any{}
		fixed := t.NumIn()
		if t.IsVariadic() {
			fixed--
		}
		for i := 0; i < fixed; i++ {
			args = append(args, randomArgument(r, name, t.In(i)))
		}
		if t.IsVariadic() {
			for n := r.Intn(4); n > 0; n-- {
				args = append(args, randomArgument(r, name, t.In(fixed).Elem()))
			}
		}
		if name == "deepEqual" && r.Intn(2) == 0 {
			args[1] = args[0]
		}
		if huge(name, args) {
			count++
			continue
		}
		list := encode(args)
		line(name, list, call(f, args))
	}
}

// Sequences that would not end.
func huge(name string, args []any) bool {
	if name != "until" && name != "untilStep" && name != "seq" {
		return false
	}
	for _, a := range args {
		if i := a.(int); i > 1000 || i < -1000 {
			return true
		}
	}
	return false
}
