package main

import "math/rand"

func pick(r *rand.Rand, names ...string) string { return names[r.Intn(len(names))] }

func values(r *rand.Rand, most int, depth int) []any {
	l := []any{}
	for n := r.Intn(most + 1); n > 0; n-- {
		l = append(l, randomValue(r, depth))
	}
	return l
}

func stringsCase(r *rand.Rand) {
	s := randomText(r, 6)
	if r.Intn(3) == 0 {
		s = randomASCII(r, 12)
	}
	part := partOf(r, s)
	switch name := pick(r, "upper", "lower", "trim", "trimAll", "trimPrefix", "trimSuffix", "contains", "hasPrefix", "hasSuffix", "substr", "trunc", "repeat",
		"indent", "nindent", "replace", "quote", "squote", "cat", "plural", "toString", "toStrings", "join", "split", "splitn", "splitList", "sortAlpha"); name {
	case "upper", "lower", "trim":
		record(callSprig, name, s)
	case "trimAll", "trimPrefix", "trimSuffix", "contains", "hasPrefix", "hasSuffix", "split", "splitList":
		record(callSprig, name, part, s)
	case "substr":
		record(callSprig, name, randomSize(r, s), randomSize(r, s), s)
	case "trunc", "indent", "nindent", "repeat":
		record(callSprig, name, randomSize(r, s), s)
	case "replace":
		record(callSprig, name, part, partOf(r, s), s)
	case "quote", "squote", "cat":
		record(callSprig, name, values(r, 3, 1)...)
	case "plural":
		record(callSprig, name, "one", "many", r.Intn(5)-1)
	case "toString", "toStrings":
		record(callSprig, name, randomValue(r, 2))
	case "join":
		record(callSprig, name, part, randomValue(r, 2))
	case "splitn":
		record(callSprig, name, part, r.Intn(6)-1, s)
	case "sortAlpha":
		if r.Intn(4) == 0 {
			record(callSprig, name, randomValue(r, 2))
		} else if r.Intn(2) == 0 {
			record(callSprig, name, append(randomTexts(r), randomTexts(r)...))
		} else {
			record(callSprig, name, values(r, 6, 1))
		}
	}
}

func wordsCase(r *rand.Rand) {
	s := randomText(r, 7)
	if r.Intn(3) == 0 {
		s = randomASCII(r, 14)
	}
	switch name := pick(r, "title", "untitle", "initials", "nospace", "swapcase", "camelcase", "snakecase", "kebabcase", "camelcase", "snakecase", "kebabcase",
		"wrap", "wrapWith", "abbrev", "abbrevboth"); name {
	case "wrap", "abbrev":
		record(callSprig, name, randomSize(r, s), s+s)
	case "wrapWith":
		record(callSprig, name, randomSize(r, s), pick(r, "", "\n", "|", "ab"), s+s)
	case "abbrevboth":
		record(callSprig, name, randomSize(r, s), randomSize(r, s), s+s)
	default:
		record(callSprig, name, s)
	}
}

// Mostly small lists of like values, for uniq and its kin have something to find then.
func aList(r *rand.Rand) any {
	switch r.Intn(8) {
	case 0:
		return randomValue(r, 2)
	case 1:
		return randomTexts(r)
	case 2:
		return values(r, 5, 2)
	default:
		l := []any{}
		for n := r.Intn(6); n > 0; n-- {
			l = append(l, few(r))
		}
		return l
	}
}

func few(r *rand.Rand) any {
	return []any{1, 1.0, int64(1), "1", "a", "a", "", nil, 0, false, true, []any{}, []any{1}, map[string]any{}, map[string]any{"a": 1}, []any(nil), 2}[r.Intn(17)]
}

func regrow[T any](l []T) []T {
	var grown []T
	for _, v := range l {
		grown = append(grown, v)
	}
	return grown
}

// appended makes a list as readers of YAML and JSON do, item by item: Go's slice may reach into the room behind its end.
func appended(v any) any {
	switch l := v.(type) {
	case []any:
		return regrow(l)
	case []string:
		return regrow(l)
	case []byte:
		return l[:len(l):len(l)]
	case []int:
		return regrow(l)
	case [][]any:
		return regrow(l)
	case [][]string:
		return regrow(l)
	case []map[string]any:
		return regrow(l)
	}
	return v
}

func listsCase(r *rand.Rand) {
	switch name := pick(r, "list", "first", "last", "rest", "initial", "append", "prepend", "concat", "reverse", "uniq", "without", "has", "compact", "slice", "chunk",
		"mustFirst", "mustSlice", "mustHas", "mustPush", "tuple"); name {
	case "list", "tuple":
		record(callSprig, name, values(r, 4, 1)...)
	case "append", "prepend", "mustPush":
		record(callSprig, name, aList(r), randomValue(r, 1))
	case "concat":
		l := []any{}
		for n := r.Intn(4); n > 0; n-- {
			l = append(l, aList(r))
		}
		record(callSprig, name, l...)
	case "without":
		record(callSprig, name, aList(r), few(r), few(r))
	case "has", "mustHas":
		record(callSprig, name, few(r), aList(r))
	case "slice", "mustSlice":
		args := []any{appended(aList(r))}
		for n := r.Intn(3); n > 0; n-- {
			args = append(args, []any{0, 1, 2, int64(3), 1.9, "2", nil, "x", true, r.Intn(8) - 2}[r.Intn(10)])
		}
		record(callSprig, name, args...)
	case "chunk":
		record(callSprig, name, r.Intn(7)-2, aList(r))
	default:
		record(callSprig, name, aList(r))
	}
}

func leaf(r *rand.Rand) any {
	return []any{nil, "", "x", "y", 0, 7, 0.0, 1.5, false, true, []any{}, []any{1}, []any{2, 3}, []string{"s"}, []any(nil), map[string]any(nil), []byte("b"), []byte{}}[r.Intn(18)]
}

// A map of few keys, so that two have some in common.
func tree(r *rand.Rand, depth int) map[string]any {
	m := map[string]any{}
	for n := r.Intn(5); n > 0; n-- {
		k := string("abcde"[r.Intn(5)])
		if depth > 0 && r.Intn(2) == 0 {
			m[k] = tree(r, depth-1)
		} else {
			m[k] = leaf(r)
		}
	}
	return m
}

func key(r *rand.Rand) string { return string("abcde"[r.Intn(5)]) }

func dictsCase(r *rand.Rand) {
	switch name := pick(r, "dict", "get", "set", "unset", "hasKey", "pluck", "dig", "keys", "values", "pick", "omit", "merge", "mergeOverwrite", "mustMerge",
		"mustMergeOverwrite", "merge", "mergeOverwrite", "merge", "mergeOverwrite", "deepCopy", "dig"); name {
	case "dict":
		record(callSprig, name, values(r, 6, 1)...)
	case "get", "hasKey", "unset":
		record(callSprig, name, tree(r, 2), key(r))
	case "set":
		record(callSprig, name, tree(r, 1), key(r), leaf(r))
	case "pluck":
		record(callSprig, name, key(r), tree(r, 1), tree(r, 1))
	case "pick", "omit":
		record(callSprig, name, tree(r, 1), key(r), key(r))
	case "keys":
		record(callSprig, name, tree(r, 1), tree(r, 1))
	case "values":
		record(callSprig, name, tree(r, 1))
	case "dig":
		args := []any{}
		for n := r.Intn(4); n > 0; n-- {
			args = append(args, key(r))
		}
		if r.Intn(20) == 0 {
			args = append(args, randomValue(r, 1))
		}
		args = append(args, "default", any(tree(r, 2)))
		if r.Intn(20) == 0 {
			args = append(args, leaf(r))
		}
		record(callSprig, name, args...)
	case "deepCopy":
		record(callSprig, name, any(tree(r, 3)))
	default:
		args := []any{tree(r, 2)}
		for n := 1 + r.Intn(2); n > 0; n-- {
			args = append(args, tree(r, 2))
		}
		record(callSprig, name, args...)
	}
}

func defaultsCase(r *rand.Rand) {
	switch name := pick(r, "default", "empty", "coalesce", "all", "any", "ternary"); name {
	case "default":
		record(callSprig, name, append([]any{randomValue(r, 1)}, values(r, 2, 1)...)...)
	case "empty":
		record(callSprig, name, randomValue(r, 1))
	case "ternary":
		record(callSprig, name, randomValue(r, 1), randomValue(r, 1), r.Intn(2) == 0)
	default:
		record(callSprig, name, values(r, 3, 1)...)
	}
}

func pathsCase(r *rand.Rand) {
	s := ""
	for n := r.Intn(7); n > 0; n-- {
		s += pick(r, "/", "/", "a", "b.c", ".", "..", "é", "x.tar.gz", "\xff", "//", " ")
	}
	record(callSprig, pick(r, "base", "dir", "clean", "ext", "isAbs", "osBase", "osDir", "osClean", "osExt", "osIsAbs"), s)
}

func regexCase(r *rand.Rand) {
	pattern := pick(r, "a", "[a-c]+", "(a)(b)?", "^", "$", "", "\\s+", "(", "x*", "é", "[^a]", "(?i)A", ".", "a|b", "(?P<n>b)", "[0-9]+", "a\x01(", "`(", "\xff", "\\pL", "a**")
	s := randomText(r, 6)
	if r.Intn(2) == 0 {
		s = randomASCII(r, 12)
	}
	switch name := pick(r, "regexMatch", "mustRegexMatch", "regexFind", "mustRegexFind", "regexFindAll", "mustRegexFindAll", "regexReplaceAll", "mustRegexReplaceAll",
		"regexReplaceAllLiteral", "mustRegexReplaceAllLiteral", "regexSplit", "mustRegexSplit", "regexQuoteMeta"); name {
	case "regexQuoteMeta":
		record(callSprig, name, s)
	case "regexFindAll", "mustRegexFindAll", "regexSplit", "mustRegexSplit":
		record(callSprig, name, pattern, s, r.Intn(5)-1)
	case "regexMatch", "mustRegexMatch", "regexFind", "mustRegexFind":
		record(callSprig, name, pattern, s)
	default:
		record(callSprig, name, pattern, s, pick(r, "", "x", "$0", "${1}y", "$1y", "[$n]", "$$", "$", "${oops", "$2"))
	}
}

func comparable_(r *rand.Rand) any {
	switch r.Intn(4) {
	case 0:
		return randomValue(r, 1)
	case 1:
		return []any{uint(3), uint64(7), int64(3), 3, -1, uint8(0), 0}[r.Intn(7)]
	case 2:
		return pick(r, "a", "b", "", "é", "aa")
	default:
		return few(r)
	}
}

func builtinsCase(r *rand.Rand) {
	switch name := pick(r, "eq", "ne", "lt", "le", "gt", "ge", "not", "len", "index", "index", "print", "println", "html", "js", "urlquery"); name {
	case "eq":
		args := []any{comparable_(r)}
		for n := r.Intn(3); n > 0; n-- {
			args = append(args, comparable_(r))
		}
		record(callBuiltin, name, args...)
	case "ne", "lt", "le", "gt", "ge":
		record(callBuiltin, name, comparable_(r), comparable_(r))
	case "not":
		record(callBuiltin, name, randomValue(r, 1))
	case "len":
		if v := randomValue(r, 1); v != nil {
			record(callBuiltin, name, v)
		}
	case "index":
		args := []any{[]any{any(tree(r, 2)), aList(r), randomText(r, 3), randomValue(r, 2)}[r.Intn(4)]}
		for n := r.Intn(3); n > 0; n-- {
			args = append(args, []any{key(r), 0, 1, r.Intn(6) - 1, nil, 1.5, uint(1), "a"}[r.Intn(8)])
		}
		record(callBuiltin, name, args...)
	case "print", "println":
		record(callBuiltin, name, values(r, 3, 1)...)
	default:
		if r.Intn(3) == 0 {
			record(callBuiltin, name, values(r, 2, 1)...)
		} else {
			record(callBuiltin, name, randomText(r, 6)+pick(r, "<", "&", "=", "'", "\u2028", "\U000e0001", "ok", "~"))
		}
	}
}
