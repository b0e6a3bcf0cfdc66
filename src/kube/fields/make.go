// Which fields do Kubernetes' own kinds have, and since which version? Writes rules/kubernetes/fields.txt.
//
//	for v in $(seq 20 36); do go mod download k8s.io/api@v0.$v; done   # and one k8s.io/apimachinery, k8s.io/apiextensions-apiserver
//	go run src/kube/fields/make.go $(go env GOMODCACHE) 20 36 >rules/kubernetes/fields.txt
//
// It reads the Go types of the modules (their source, not their behaviour): struct fields by their json tags, through pointers,
// lists and maps; types that marshal themselves (quantities, times, int-or-string, raw JSON) have no fields to know.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strconv"
	"strings"
)

// One Go package: its types, what it imports under which name, and the API version that it is.
type pkg struct {
	path, apiVersion string
	types            map[string]*ast.TypeSpec
	imports          map[string]string
	marshals         map[string]bool // types with a MarshalJSON or an OpenAPISchemaType of their own
}

type field struct {
	typ   string // key of the type that it leads to; "" for a leaf
	isMap bool
	since int
}
type fields map[string]field

type table struct {
	kinds map[string]string // "apps/v1 Deployment" to type
	types map[string]fields
}

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

// The newest version of a module in the cache whose name begins with `prefix`.
func newest(cache, module, prefix string) string {
	found, _ := filepath.Glob(filepath.Join(cache, "k8s.io", module+"@"+prefix+".*"))
	if len(found) == 0 {
		fail("no k8s.io/%s@%s in %s: go mod download it", module, prefix, cache)
	}
	number := func(s string) int { n, _ := strconv.Atoi(s[strings.LastIndex(s, ".")+1:]); return n }
	sort.Slice(found, func(i, j int) bool { return number(found[i]) < number(found[j]) })
	return found[len(found)-1]
}

func readPackage(dir, path string) *pkg {
	p := &pkg{path: path, types: map[string]*ast.TypeSpec{}, imports: map[string]string{}, marshals: map[string]bool{}}
	files, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	group, isGroup := "", false
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			fail("%v", err)
		}
		for _, i := range f.Imports {
			of, _ := strconv.Unquote(i.Path.Value)
			as := filepath.Base(of)
			if i.Name != nil {
				as = i.Name.Name
			}
			p.imports[as] = of
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv != nil && (d.Name.Name == "MarshalJSON" || d.Name.Name == "UnmarshalJSON" || d.Name.Name == "OpenAPISchemaType") {
					t := d.Recv.List[0].Type
					if s, ok := t.(*ast.StarExpr); ok {
						t = s.X
					}
					p.marshals[t.(*ast.Ident).Name] = true
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						p.types[s.Name.Name] = s
					case *ast.ValueSpec:
						if len(s.Names) == 1 && s.Names[0].Name == "GroupName" && len(s.Values) == 1 {
							if v, ok := s.Values[0].(*ast.BasicLit); ok {
								group, _ = strconv.Unquote(v.Value)
								isGroup = true
							}
						}
					}
				}
			}
		}
	}
	if isGroup {
		p.apiVersion = filepath.Base(dir)
		if group != "" {
			p.apiVersion = group + "/" + p.apiVersion
		}
	}
	return p
}

type reader struct {
	pkgs map[string]*pkg
	out  *table
}

func (r *reader) add(dir, path string) {
	if p := readPackage(dir, path); len(p.types) > 0 {
		r.pkgs[path] = p
	}
}

// What a Go type leads to: the key of a struct with known fields, or "". `isMap`: by any key.
func (r *reader) resolve(p *pkg, t ast.Expr) (key string, isMap bool) {
	switch t := t.(type) {
	case *ast.StarExpr:
		return r.resolve(p, t.X)
	case *ast.ArrayType:
		return r.resolve(p, t.Elt)
	case *ast.MapType:
		key, _ = r.resolve(p, t.Value)
		return key, key != ""
	case *ast.SelectorExpr:
		return r.named(r.pkgs[p.imports[t.X.(*ast.Ident).Name]], t.Sel.Name)
	case *ast.Ident:
		return r.named(p, t.Name)
	}
	return "", false
}

func (r *reader) named(p *pkg, name string) (string, bool) {
	if p == nil || p.types[name] == nil || p.marshals[name] {
		return "", false
	}
	s, ok := p.types[name].Type.(*ast.StructType)
	if !ok {
		return r.resolve(p, p.types[name].Type)
	}
	key := p.path + "." + name
	if r.out.types[key] == nil {
		fs := fields{}
		r.out.types[key] = fs
		r.collect(p, s, fs)
	}
	return key, false
}

func (r *reader) collect(p *pkg, s *ast.StructType, out fields) {
	for _, f := range s.Fields.List {
		tag := ""
		if f.Tag != nil {
			unquoted, _ := strconv.Unquote(f.Tag.Value)
			tag = reflect.StructTag(unquoted).Get("json")
		}
		name, options, _ := strings.Cut(tag, ",")
		if name == "" && (len(f.Names) == 0 || strings.Contains(options, "inline")) {
			if key, _ := r.resolve(p, f.Type); key != "" {
				for n, x := range r.out.types[key] {
					out[n] = x
				}
			}
			continue
		}
		if name == "" || name == "-" {
			continue
		}
		key, isMap := r.resolve(p, f.Type)
		out[name] = field{typ: key, isMap: isMap}
	}
}

// A kind has a TypeMeta and an ObjectMeta, and is what manifests hold.
func isKind(s *ast.StructType) bool {
	has := map[string]bool{}
	for _, f := range s.Fields.List {
		if t, ok := f.Type.(*ast.SelectorExpr); ok && len(f.Names) == 0 {
			has[t.Sel.Name] = true
		}
	}
	return has["TypeMeta"] && has["ObjectMeta"]
}

func read(cache string, minor int) *table {
	r := &reader{pkgs: map[string]*pkg{}, out: &table{kinds: map[string]string{}, types: map[string]fields{}}}
	machinery, extensions := newest(cache, "apimachinery", "v0.35"), newest(cache, "apiextensions-apiserver", "v0.35")
	r.add(filepath.Join(machinery, "pkg/apis/meta/v1"), "k8s.io/apimachinery/pkg/apis/meta/v1")
	r.add(filepath.Join(extensions, "pkg/apis/apiextensions/v1"), "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1")
	root := newest(cache, "api", fmt.Sprintf("v0.%d", minor))
	dirs, _ := filepath.Glob(filepath.Join(root, "*", "v*"))
	for _, dir := range dirs {
		rel, _ := filepath.Rel(root, dir)
		r.add(dir, "k8s.io/api/"+filepath.ToSlash(rel))
	}
	for _, path := range sorted(r.pkgs) {
		p := r.pkgs[path]
		for _, name := range sorted(p.types) {
			if s, ok := p.types[name].Type.(*ast.StructType); ok && p.apiVersion != "" && path != "k8s.io/apimachinery/pkg/apis/meta/v1" && isKind(s) {
				key, _ := r.named(p, name)
				r.out.kinds[p.apiVersion+" "+name] = key
			}
		}
	}
	return r.out
}

func sorted[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func main() {
	if len(os.Args) != 4 {
		fail("usage: make.go GOMODCACHE FIRST LAST")
	}
	first, _ := strconv.Atoi(os.Args[2])
	last, _ := strconv.Atoi(os.Args[3])
	all := &table{kinds: map[string]string{}, types: map[string]fields{}}
	for minor := first; minor <= last; minor++ {
		t := read(os.Args[1], minor)
		for kind, typ := range t.kinds {
			all.kinds[kind] = typ
		}
		for key, fs := range t.types {
			known := all.types[key]
			if known == nil {
				known = fields{}
				all.types[key] = known
				// a type that is new came with the field that leads to it
				for name, f := range fs {
					known[name] = f
				}
				continue
			}
			for name, f := range fs {
				if was, ok := known[name]; ok {
					f.since = was.since
				} else {
					f.since = minor
				}
				known[name] = f
			}
		}
	}
	write(all, first, last)
}

func write(t *table, first, last int) {
	fmt.Printf("# Made by src/kube/fields/make.go from the Go types of k8s.io/api v0.%d to v0.%d, k8s.io/apimachinery and\n", first, last)
	fmt.Println("# k8s.io/apiextensions-apiserver. A line `=APIVERSION KIND N` names a kind's type; the line `N FIELD...` has a type's fields:")
	fmt.Println("# NAME, `@M` when it came with Kubernetes 1.M, `:N` the type that it (or each item of a list) leads to, `*N` one under any key.")
	number, order := map[string]int{}, []string{}
	visit := func(key string) int {
		if n, ok := number[key]; ok {
			return n
		}
		number[key] = len(order)
		order = append(order, key)
		return number[key]
	}
	for _, kind := range sorted(t.kinds) {
		fmt.Printf("=%s %d\n", kind, visit(t.kinds[kind]))
	}
	roots := len(order)
	for i := 0; i < len(order); i++ {
		var b strings.Builder
		fmt.Fprintf(&b, "%d", i)
		fs := t.types[order[i]]
		for _, name := range sorted(fs) {
			f := fs[name]
			b.WriteString(" " + name)
			if f.since > 0 {
				fmt.Fprintf(&b, "@%d", f.since)
			}
			if f.typ != "" && len(t.types[f.typ]) > 0 && !(i < roots && name == "status") {
				mark := ":"
				if f.isMap {
					mark = "*"
				}
				fmt.Fprintf(&b, "%s%d", mark, visit(f.typ))
			}
		}
		fmt.Println(b.String())
	}
}
