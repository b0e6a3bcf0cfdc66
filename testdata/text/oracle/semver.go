package main

import (
	"math/rand"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// semverCases prints what NewVersion and StrictNewVersion make of a text, how two versions compare, and whether versions
// satisfy a constraint.
func semverCases(r *rand.Rand, count int) {
	for _, s := range writtenVersions {
		versionCase(s)
		for _, t := range writtenVersions {
			compareCase(s, t)
		}
	}
	for _, s := range writtenConstraints {
		constraintCase(s, writtenVersions)
	}
	for i := 0; i < count; i++ {
		versionCase(randomVersion(r, r.Intn(4) == 0))
		compareCase(randomVersion(r, false), randomVersion(r, false))
		constraint := randomConstraint(r)
		if r.Intn(4) == 0 {
			constraint = mutateConstraint(r, constraint)
		}
		var versions []string
		for j := 0; j < 8; j++ {
			versions = append(versions, randomVersion(r, false))
		}
		constraintCase(constraint, versions)
	}
}

func versionCase(s string) {
	fields := []string{"version", s}
	for _, parse := range []func(string) (*semver.Version, error){semver.NewVersion, semver.StrictNewVersion} {
		if v, err := parse(s); err != nil {
			fields = append(fields, err.Error(), "")
		} else {
			fields = append(fields, "ok", v.String()+"|"+v.Prerelease()+"|"+v.Metadata())
		}
	}
	emit(fields...)
}

func compareCase(s, t string) {
	v, err := semver.NewVersion(s)
	w, err2 := semver.NewVersion(t)
	if err == nil && err2 == nil {
		emit("compare", s, t, strconv.Itoa(v.Compare(w)))
	}
}

func constraintCase(constraint string, versions []string) {
	c, err := semver.NewConstraint(constraint)
	if err != nil {
		emit("constraint", constraint, err.Error())
		return
	}
	var good, bad []string
	for _, s := range versions {
		if v, err := semver.NewVersion(s); err != nil {
			continue
		} else if c.Check(v) {
			good = append(good, s)
		} else {
			bad = append(bad, s)
		}
	}
	emit("constraint", constraint, "ok", strings.Join(good, " "), strings.Join(bad, " "))
}

func randomNumber(r *rand.Rand) string {
	return pick(r, "0", "1", "2", "3", "1", "2", "10", "11", strconv.Itoa(r.Intn(30)))
}

func randomPre(r *rand.Rand) string {
	return pick(r, "0", "1", "alpha", "beta", "rc", "alpha.1", "alpha.2", "alpha.10", "rc.1", "rc-1", "-", "1a", "a.b.c", "99999999999999999999", "18446744073709551615")
}

func randomVersion(r *rand.Rand, odd bool) string {
	s := pick(r, "", "", "", "v") + randomNumber(r)
	for n := r.Intn(5); n > 0 && strings.Count(s, ".") < 2; n-- {
		s += "." + randomNumber(r)
	}
	if r.Intn(3) == 0 {
		s += "-" + randomPre(r)
	}
	if r.Intn(5) == 0 {
		s += "+" + pick(r, "a", "1", "build.5", "01", "gke-1")
	}
	if odd {
		return mutateConstraint(r, s)
	}
	return s
}

func mutateConstraint(r *rand.Rand, s string) string {
	b := []byte(s)
	for n := r.Intn(2); n >= 0; n-- {
		at := r.Intn(len(b) + 1)
		if r.Intn(3) == 0 && at < len(b) {
			b = append(b[:at], b[at+1:]...)
			continue
		}
		in := pick(r, ".", "-", "+", " ", "v", "0", "x", "*", "|", "||", ",", "=", ">", "<", "~", "^", "!", "a", "é", "\xff", "\n", "\v", " - ",
			"99999999999999999999", "18446744073709551615", "..", "-01", "-1.", "V")
		b = append(b[:at], append([]byte(in), b[at:]...)...)
	}
	return string(b)
}

func randomConstraint(r *rand.Rand) string {
	s := ""
	for {
		if r.Intn(6) == 0 {
			s += randomConstraintVersion(r) + pick(r, " - ", " - ", "  -  ", "-", " -") + randomConstraintVersion(r)
		} else {
			s += pick(r, "", "", "=", "!=", ">", "<", ">=", "=>", "<=", "=<", "~", "~>", "^", "==", "> =") + pick(r, "", "", " ") + randomConstraintVersion(r)
		}
		if r.Intn(3) != 0 {
			return s
		}
		s += pick(r, " ", ", ", ",", " , ", " || ", "||", " ||", ",,", "  ")
	}
}

func randomConstraintVersion(r *rand.Rand) string {
	s := pick(r, "", "", "", "v")
	for i, n := 0, 1+r.Intn(3); i < n; i++ {
		if i > 0 {
			s += "."
		}
		s += pick(r, randomNumber(r), randomNumber(r), randomNumber(r), randomNumber(r), pick(r, "x", "X", "*", "1x", "|"))
	}
	if r.Intn(4) == 0 {
		s += "-" + randomPre(r)
	}
	if r.Intn(8) == 0 {
		s += "+" + pick(r, "a", "1")
	}
	return s
}

var writtenVersions = []string{
	"", "v", "1", "v1", "1.2", "1.2.3", "v1.2.3", "V1.2.3", "1.2.3.4", "1.2.3-", "1.2.3+", "1.2.3-a+", "1.2.3-a..b", "1.2.3-01", "1.2.3-0a", "1.2.3+01", "1.2.3-a_b",
	"01.2.3", "1.02.3", "1.2.03", "1..3", ".1.2", "1.2.", " 1.2.3", "1.2.3 ", "1.2.3\n", "a.b.c", "1.2.3-alpha", "1.2.3-alpha.1", "1.2.3-alpha.beta", "1.2.3-beta",
	"1.2.3-beta.2", "1.2.3-beta.11", "1.2.3-rc.1", "1.2.3+b1", "1.2.3+b2", "1.2-rc", "1-rc+m", "0.0.0", "0.0.0-0", "0.0.3", "0.1.0", "0.2.3", "0.3.0", "1.0.0", "2.0.0", "1.2.4",
	"1.3.0", "1.10.0", "1.28.3-gke.100", "v1.29.1-eks-aeac579", "1.35.0", "18446744073709551615.0.0", "18446744073709551616.0.0", "1.18446744073709551616.0", "1.2.18446744073709551616",
	"1.2.3-99999999999999999999", "1.2.3-99999999999999999998", "1.2.3--1", "1.2.3-1-1", "1.2+a.3", "1-2.3.4", "1.2.3-\xff", "1.é.3",
}

var writtenConstraints = []string{
	"", " ", "*", "x", "X", "1", "1.x", "1.2.x", "1.*", "1.x.3", "x.1", "x.1.2", "*.*.*", "=1.2.3", "==1.2.3", "!=1.2.3", "!=1.2", "!=1", "!=x", "!=1.2.x-rc", ">1", ">1.2", ">1.2.3", ">=1.2", "=>1.2",
	"<1", "<1.2", "<1.2.3", "<=1", "<=1.2", "=<1.2.3", "<=x", ">x", ">=x", "<x", "~1", "~1.2", "~1.2.3", "~>1.2", "~0", "~0.0", "~0.0.0", "~x", "~1.x.3", "^1", "^1.2", "^1.2.3", "^0", "^0.0", "^0.0.0", "^0.0.3",
	"^0.2", "^0.2.3", "^x", "^0.x.1", ">=1.2.3-0", ">=1.2-0", ">=1.19-0", "<2.0.0-0", ">1.2.3-alpha", "^1.2.3-beta.2", "~1.2.3-alpha", "1.2.3-alpha", "1.x-alpha", "=1.2.3-beta", ">=1.2.3 <2", ">=1.2.3,<2", ">=1.2.3, <2",
	">=1.2.3 , <2", ">=1.2.3 ,, <2", ",1", "1,", "1 2", "1 || 2", "1||2", "1 | 2", "|", "||", "1||", "||1", "1 ||| 2", "1.2 - 2.3", "1.2-2.3", "1.2 -2.3", "1.2.3 - 2", "1 - 2 - 3", "1 - 2, 3 - 4", "1 - 2 || 3 - 4",
	"1 - 2 1 - 2", "1||2 - 3", ">1.2 - 3.4", "1.2.3.4 - 5", "1.2.3.4. - 5", "a1.2 - 3", "v1 - v2", "1 - 2-rc", "1.2.3-a - 2", "  1  -  2  ", "x - 1", "1 - x", "1\t-\n2", "1\v-\v2", "> = 1", ">= 1", "! 1", "!1", "~^1", "<>1", "1.2.3.4",
	"v1.2.3", ">=v1.2", "=v1", "V1", "01", "1.02", "1.2.3-01", ">=1.2.3-01", "1x", "1.1x", "1.2.1x", "x.1x", "1.x.1x", "1|2", "99999999999999999999", "1.99999999999999999999", "1.x.99999999999999999999", "latest", "1.2.3+meta",
	"1.x+meta", ">=1.2.3+a <2", "=1.2.3+b1", "1.2.3-", "1.2.3+", "1.2.3 \n", "\n1.2.3", "1.2.3\xff", "é", ">= 1.19.0-0 < 1.30.0-0", "^1.22.0-0", ">=1.21-0, <2-0", "~1.28.x", "1.28.x || >=1.29.0-0",
}
