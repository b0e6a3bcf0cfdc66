// The oracle of src/chart/schema*_test.c: answers each case as Helm 4.1.4 does with the validator that it links.
//
//	go run . < ../answers.tsv > new.tsv
//
// A line is a schema, values as JSON, and the answer, which is made anew: what Helm prints below the chart's name, nothing when
// the values are valid. Fields are separated by tabs; in a field \\, \t, \n and \xHH stand for bytes. Cases that Go does not
// answer alike twice (errors in the order of a map) are not among them. Nothing is fetched.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

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
		case c < ' ' || c >= 0x7f:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 't':
			b.WriteByte('\t')
		case 'n':
			b.WriteByte('\n')
		case 'x':
			c, _ := strconv.ParseUint(s[i+1:i+3], 16, 8)
			b.WriteByte(byte(c))
			i += 2
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

type loader func(url string) (any, error)

func (l loader) Load(url string) (any, error) { return l(url) }

func refuseHTTP(url string) (any, error) {
	return nil, fmt.Errorf("HTTP request failed for %s: Get %q: nothing is fetched, the schema must be in the chart", url, url)
}

func refuseFile(url string) (any, error) {
	path, err := jsonschema.FileLoader{}.ToFile(url)
	if err != nil {
		return nil, err
	}
	return nil, errors.New("open " + path + ": no such file or directory")
}

// ValidateAgainstSingleSchema of Helm's pkg/chart/common/util.
func answer(schema, values string) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprintf("unable to validate schema: %s", r)
		}
	}()
	var instance any
	if err := json.Unmarshal([]byte(values), &instance); err != nil {
		return "values: " + err.Error()
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(schema)))
	if err != nil {
		return err.Error()
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(jsonschema.SchemeURLLoader{
		"file": loader(refuseFile), "http": loader(refuseHTTP), "https": loader(refuseHTTP),
		"urn": loader(func(string) (any, error) { return true, nil }),
	})
	if err := c.AddResource("file:///values.schema.json", doc); err != nil {
		return err.Error()
	}
	compiled, err := c.Compile("file:///values.schema.json")
	if err != nil {
		return err.Error()
	}
	if err := compiled.Validate(instance); err != nil {
		return strings.TrimPrefix(err.Error(), "jsonschema validation failed with 'file:///values.schema.json#'\n") + "\n"
	}
	return ""
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<24)
	for in.Scan() {
		f := strings.Split(in.Text(), "\t")
		fmt.Println(strings.Join([]string{f[0], f[1], escape(answer(unescape(f[0]), unescape(f[1])))}, "\t"))
	}
}
