// Package engine has a type of the name that Helm's has.
package engine

type files map[string][]byte

func Files(m map[string][]byte) any { return files(m) }

func IsFiles(v any) (map[string][]byte, bool) {
	f, ok := v.(files)
	return f, ok
}
