// The oracle of the unit tests in src/funcs: it calls the functions of sprig 3.3.0 (with the libraries that Helm 4.1.4 pins)
// and of Go's text/template with generated arguments and prints what they answer, one call a line.
//
//	go run . signatures > ../signatures.tsv
//	go run . strings|words|lists|dicts|defaults|paths|regex|builtins|dates|urls|encoding|crypto|semver [SEED [COUNT]] > ../strings.tsv
//
// Fields: the function's name, the arguments as a list, the result or "!" and the error, the arguments after the call if
// it changed them. Fields are separated by tabs; in a field \\, \t, \n and \xHH stand for bytes. value.go says how values are
// written. keys and values, whose order is random in Go, are asked per map and put in the order of the keys.
package main

import (
	"bufio"
	"fmt"
	"maps"
	"math/rand"
	"os"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/Masterminds/sprig/v3"
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

var sprigFuncs = sprig.TxtFuncMap()

// callSprig calls as text/template's safeCall does.
func callSprig(name string, args []any) (result any, failure string) {
	defer func() {
		if p := recover(); p != nil {
			failure = "!" + fmt.Sprint(p)
		}
	}()
	f := reflect.ValueOf(sprigFuncs[name])
	in := make([]reflect.Value, len(args))
	for i, a := range args {
		t := f.Type()
		want := t.In(min(i, t.NumIn()-1))
		if t.IsVariadic() && i >= t.NumIn()-1 {
			want = want.Elem()
		}
		if a == nil {
			in[i] = reflect.Zero(want)
		} else {
			in[i] = reflect.ValueOf(a)
		}
	}
	got := f.Call(in)
	if len(got) == 2 && !got[1].IsNil() {
		return nil, "!" + got[1].Interface().(error).Error()
	}
	return got[0].Interface(), ""
}

// callBuiltin calls through a template, for Go does not export them.
func callBuiltin(name string, args []any) (result any, failure string) {
	data := map[string]any{}
	text := "{{ give (" + name
	for i, a := range args {
		data["a"+strconv.Itoa(i)] = a
		text += fmt.Sprintf(" .a%d", i)
	}
	give := func(v any) string { result = v; return "" }
	t := template.Must(template.New("t").Funcs(template.FuncMap{"give": give}).Parse(text + ") }}"))
	if err := t.Execute(&strings.Builder{}, data); err != nil {
		_, message, _ := strings.Cut(err.Error(), "error calling "+name+": ")
		return nil, "!" + message
	}
	return result, ""
}

func ordered(name string, args []any) (any, string) {
	keys, values := []string{}, []any{}
	for _, a := range args {
		m := a.(map[string]any)
		sorted := make([]string, 0, len(m))
		for k := range m {
			sorted = append(sorted, k)
		}
		sort.Strings(sorted)
		for _, k := range sorted {
			keys = append(keys, k)
			values = append(values, m[k])
		}
	}
	if name == "keys" {
		return keys, ""
	}
	return values, ""
}

var seen = map[string]bool{}

func record(call func(string, []any) (any, string), name string, args ...any) {
	before := encode(args)
	if seen[name+before] {
		return
	}
	seen[name+before] = true
	if name == "keys" || name == "values" {
		call = ordered
	}
	result, failure := call(name, args)
	if failure == "" {
		failure = encode(result)
	}
	fmt.Fprintf(out, "%s\t%s\t%s", name, escape(before), escape(failure))
	if after := encode(args); after != before {
		fmt.Fprintf(out, "\t%s", escape(after))
	}
	fmt.Fprintln(out)
}

var families = map[string]func(r *rand.Rand){
	"strings": stringsCase, "words": wordsCase, "lists": listsCase, "dicts": dictsCase,
	"defaults": defaultsCase, "paths": pathsCase, "regex": regexCase, "builtins": builtinsCase,
	"dates": datesCase, "urls": urlsCase, "encoding": encodingCase, "crypto": cryptoCase, "semver": semverCase,
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

var letters = map[reflect.Type]string{
	reflect.TypeFor[any](): "a", reflect.TypeFor[string](): "s", reflect.TypeFor[bool](): "b", reflect.TypeFor[int](): "i", reflect.TypeFor[int64](): "l",
	reflect.TypeFor[float64](): "f", reflect.TypeFor[[]any](): "L", reflect.TypeFor[[]string](): "S", reflect.TypeFor[map[string]any](): "M",
	reflect.TypeFor[time.Duration](): "D", reflect.TypeFor[time.Time](): "T", reflect.TypeFor[[]byte](): "B", reflect.TypeFor[uint32](): "u",
}

// signatures prints each function's parameters as src/tmpl/func.h writes them.
func signatures() {
	params := map[string]string{"and": "vv.", "or": "vv.", "not": "v", "len": "v", "index": "vv.", "call": "vv.", "html": "a.", "js": "a.", "urlquery": "a.", "print": "a.",
		"println": "a.", "printf": "sa.", "eq": "vv.", "ne": "vv", "lt": "vv", "le": "vv", "gt": "vv", "ge": "vv"}
	for name, f := range sprigFuncs {
		t := reflect.TypeOf(f)
		if name == "env" || name == "expandenv" {
			continue // Helm takes them away
		}
		params[name] = ""
		for i := range t.NumIn() {
			in := t.In(i)
			if in.Kind() == reflect.Struct && in.PkgPath() != "time" {
				params[name] += "C" // sprig.certificate
				continue
			}
			if t.IsVariadic() && i == t.NumIn()-1 {
				params[name] += letters[in.Elem()] + "."
			} else {
				params[name] += letters[in]
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		fmt.Fprintf(out, "%s\t%s\n", name, params[name])
	}
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "signatures" {
		signatures()
		out.Flush()
		return
	}
	if len(os.Args) < 2 || families[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: oracle FAMILY [SEED [COUNT]]")
		os.Exit(2)
	}
	r := rand.New(rand.NewSource(int64(number(2, 1))))
	for n := number(3, 400); n > 0; n-- {
		families[os.Args[1]](r)
	}
	out.Flush()
}
