package main

import (
	"encoding/base32"
	"encoding/base64"
	"math/rand"
	"net/url"
	"strconv"
)

func mutated(r *rand.Rand, s, alphabet string) string {
	b := []byte(s)
	if len(b) == 0 || r.Intn(3) == 0 {
		return s
	}
	k, c := r.Intn(len(b)), alphabet[r.Intn(len(alphabet))]
	switch r.Intn(3) {
	case 0:
		b[k] = c
	case 1:
		b = append(b[:k], b[k+1:]...)
	default:
		b = append(b[:k], append([]byte{c}, b[k:]...)...)
	}
	return string(b)
}

// ---- dates: what does not depend on the clock; TZ is UTC ----

var dateLayouts = []string{"2006-01-02", "Mon Jan _2 15:04:05 MST 2006", "02 Jan 06 15:04 -0700", "2006-01-02T15:04:05Z07:00", "3:04PM .000", "20060102150405"}

func seconds(r *rand.Rand) any {
	n := r.Int63n(4102444800)
	switch r.Intn(4) {
	case 0:
		n = -n
	case 1:
		n = r.Int63() >> r.Intn(30)
	}
	return []any{int(n), n, int32(n)}[r.Intn(3)]
}

func datesCase(r *rand.Rand) {
	layout, zone := dateLayouts[r.Intn(len(dateLayouts))], []string{"UTC", "Local", "", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "No/Zone", "../x", "/etc/localtime"}[r.Intn(9)]
	switch name := pick(r, "date", "dateInZone", "date_in_zone", "htmlDate", "htmlDateInZone", "toDate", "mustToDate", "duration", "durationRound"); name {
	case "date":
		record(callSprig, name, layout, seconds(r))
	case "dateInZone", "date_in_zone":
		record(callSprig, name, layout, seconds(r), zone)
	case "htmlDate":
		record(callSprig, name, seconds(r))
	case "htmlDateInZone":
		record(callSprig, name, seconds(r), zone)
	case "toDate", "mustToDate":
		text, _ := callSprig("date", []any{layout, seconds(r)})
		record(callSprig, name, layout, mutated(r, text.(string), "0123456789-:+ JMTZ"))
	case "duration":
		n := r.Int63() >> r.Intn(64)
		record(callSprig, name, []any{n, -n, int(n), float64(n), strconv.FormatInt(n, 10), "-" + strconv.FormatInt(n, 10), strconv.FormatInt(n, 10) + "0",
			"x", "", "+5", "1_0", "-99999999999999999999"}[r.Intn(12)])
	case "durationRound":
		n := r.Int63() >> r.Intn(64)
		text := []string{"1h", "60s", "3600s", "3601s", "24h1s", "720h", "721h", "8761h", "500ms", "x", "", "-2h30m", "1.5h", "-61s", strconv.FormatInt(n>>20, 10) + "us"}[r.Intn(15)]
		record(callSprig, name, []any{text, n, -n, int(n), 1.5}[r.Intn(5)])
	}
}

// ---- URLs ----

var urlTexts = []string{"http://user:pass@host.com:8080/path/a%20b?q=1&r=%26#frag", "https://host", "/rel/path", "host.com/x", "mailto:a@b.c", "", "http://[::1]:80/", "//host/p",
	"?q=1", "#f", "postgres://u:p%40w@h:5432/db?sslmode=disable", "HTTP://Host/A", "file:///etc/x", "data:text/plain,hi", "http://[fe80::1%25en0]:80/x", "http://[::ffff:1.2.3.4]/",
	"*", "///x", "a:b", "a/b:c", "http://h/a%2fb;c,d?#x%20y", "http://@h", "http://:p@h:", "http://a,b:1,c:2/", "x://h?", "http://h/é%zz", "1a:b", "a+b-c.d:/x", "http:/x", "http:///x", "http://h:80:90/"}

func urlsCase(r *rand.Rand) {
	const alphabet = "/:@?#%[]. 25azAZ&=+;,\"<>\x7f\x01\xc3*-_~!$'()"
	text := mutated(r, mutated(r, urlTexts[r.Intn(len(urlTexts))], alphabet), alphabet)
	if r.Intn(2) == 0 {
		record(callSprig, "urlParse", text)
		return
	}
	d := map[string]any{}
	if u, err := url.Parse(text); err == nil && r.Intn(2) == 0 {
		d["scheme"], d["host"], d["path"], d["query"], d["opaque"], d["fragment"] = u.Scheme, u.Host, u.Path, u.RawQuery, u.Opaque, u.Fragment
		if u.User != nil {
			d["userinfo"] = u.User.String()
		}
	}
	parts := []string{"scheme", "host", "path", "query", "opaque", "fragment", "userinfo", "hostname"}
	for n := r.Intn(4); n > 0; n-- {
		d[parts[r.Intn(len(parts))]] = []any{"", "x", "a b", "a:b", "/p", "p:q/r", "u:p:q", "é", "%41", "a@b", "*", "[::1]", 5, true, []any{}, "q=1&r", "#", "?"}[r.Intn(18)]
	}
	record(callSprig, "urlJoin", d)
}

// ---- encodings ----

func encodingCase(r *rand.Rand) {
	s := randomText(r, 6)
	switch name := pick(r, "b64enc", "b64dec", "b32enc", "b32dec"); name {
	case "b64dec":
		record(callSprig, name, mutated(r, mutated(r, base64.StdEncoding.EncodeToString([]byte(s)), "A=\n\r+-z "), "=b\n"))
	case "b32dec":
		record(callSprig, name, mutated(r, mutated(r, base32.StdEncoding.EncodeToString([]byte(s)), "A=\n\r2a1 "), "=B\n"))
	default:
		record(callSprig, name, s)
	}
}

// ---- digests and what else of crypto.go is not random ----

func cryptoCase(r *rand.Rand) {
	s := randomText(r, 30)
	switch name := pick(r, "sha1sum", "sha256sum", "sha512sum", "adler32sum", "decryptAES", "derivePassword", "htpasswd", "genPrivateKey"); name {
	case "decryptAES":
		text, _ := callSprig("encryptAES", []any{"key", s})
		password := []string{"key", "other", "", "0123456789012345678901234567890123456789"}[r.Intn(4)]
		record(callSprig, name, password, mutated(r, text.(string), "A="))
		record(callSprig, name, password, base64.StdEncoding.EncodeToString([]byte(s)))
	case "derivePassword":
		if r.Intn(4) == 0 { // each takes a tenth of a second
			record(callSprig, name, uint32(r.Intn(3)), pick(r, "maximum", "long", "medium", "short", "basic", "pin", "other"), randomASCII(r, 6), randomASCII(r, 6), "example.com")
		}
	case "htpasswd":
		record(callSprig, name, "a:b", s)
	case "genPrivateKey":
		record(callSprig, name, "no such type")
	default:
		record(callSprig, name, s)
	}
}

// ---- versions ----

func semverCase(r *rand.Rand) {
	versions := []string{"1.2.3", "v1.2.3", "1.2", "1", "1.2.3-alpha.1", "1.2.3+x", "v1.2.3-beta+y", "2.0.0", "0.9.0", "1.3.0", "1.2.4-beta.1", "01.2.3", "1.2.3-01", "", "x", "99999999999999999999.0.0", "1.35.0-0"}
	constraints := []string{"^1.2", "~1.2.3", ">=1.2.3-0", "<2 || >=3", "1.x", "*", "", ">1 <2", "1.2 - 1.4", "!=1.2.3", "==1", "=1.2", "^0.0.3", ">= 1.2, < 2", "x", ">=1.19-0"}
	record(callSprig, "semverCompare", mutated(r, constraints[r.Intn(len(constraints))], "<>=!~^.xX* ,|-012"), mutated(r, versions[r.Intn(len(versions))], "v.-+012a"))
}
