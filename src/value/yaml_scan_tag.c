/* Anchors, aliases, tags and directives. */
#include "value/yaml_scan.h"

/* Word characters, as a slice of the text. */
static bool scan_word(struct yaml_scan *s, struct str *out)
{
    const char *from = s->p;
    if (!yaml_scan_need(s, 1)) return false;
    while (yaml_is_word(*s->p)) {
        yaml_skip(s);
        if (!yaml_scan_need(s, 1)) return false;
    }
    *out = str_of(from, (size_t)(s->p - from));
    return true;
}

static bool skip_blanks(struct yaml_scan *s)
{
    if (!yaml_scan_need(s, 1)) return false;
    while (yaml_is_blank(*s->p)) {
        yaml_skip(s);
        if (!yaml_scan_need(s, 1)) return false;
    }
    return true;
}

bool yaml_scan_anchor(struct yaml_scan *s, struct yaml_token *t)
{
    yaml_skip(s);
    if (!scan_word(s, &t->text)) return false;
    bool ends = yaml_is_blankz(s->p) || strchr("?:,]}%@`", *s->p);
    if (!t->text.n || !ends) return yaml_scan_fail(s, t->at, "did not find expected alphabetic or numeric character");
    return true;
}

/* One character written as %xx for each of its bytes. */
static bool scan_escaped(struct yaml_scan *s, struct yaml_mark at, struct buf *uri)
{
    for (unsigned left = 0, first = 1; first || left; first = 0) {
        if (!yaml_scan_need(s, 3)) return false;
        if (*s->p != '%' || yaml_hex(s->p[1]) < 0 || yaml_hex(s->p[2]) < 0) return yaml_scan_fail(s, at, "did not find URI escaped octet");
        unsigned octet = (unsigned)(yaml_hex(s->p[1]) * 16 + yaml_hex(s->p[2]));
        if (first) {
            left = (octet & 0x80) == 0 ? 1 : (octet & 0xe0) == 0xc0 ? 2 : (octet & 0xf0) == 0xe0 ? 3 : (octet & 0xf8) == 0xf0 ? 4 : 0;
            if (!left) return yaml_scan_fail(s, at, "found an incorrect leading UTF-8 octet");
        } else if ((octet & 0xc0) != 0x80) {
            return yaml_scan_fail(s, at, "found an incorrect trailing UTF-8 octet");
        }
        buf_byte(uri, (char)octet);
        for (int i = 0; i < 3; i++) yaml_skip(s);
        left--;
    }
    return true;
}

/* What follows a handle, or a whole URI; `head` is what was read already, with its "!". */
static bool scan_uri(struct yaml_scan *s, struct yaml_mark at, struct str head, struct str *out)
{
    struct buf uri = buf_new(s->a);
    bool any = head.n > 0;
    buf_add(&uri, str_from_n(head, 1));
    if (!yaml_scan_need(s, 1)) return false;
    while (*s->p && (yaml_is_word(*s->p) || strchr(";/?:@&=+$,.!~*'()[]%", *s->p))) {
        any = true;
        if (*s->p == '%') {
            if (!scan_escaped(s, at, &uri)) return false;
        } else {
            buf_byte(&uri, *s->p);
            yaml_skip(s);
        }
        if (!yaml_scan_need(s, 1)) return false;
    }
    *out = buf_done(&uri);
    return any ? true : yaml_scan_fail(s, at, "did not find expected tag URI");
}

/* "!", "!!" or "!name!"; without the last "!" it is the beginning of a tag. */
static bool scan_handle(struct yaml_scan *s, bool directive, struct yaml_mark at, struct str *out)
{
    const char *from = s->p;
    struct str word;
    if (!yaml_scan_need(s, 1)) return false;
    if (*s->p != '!') return yaml_scan_fail(s, at, "did not find expected '!'");
    yaml_skip(s);
    if (!scan_word(s, &word)) return false;
    if (*s->p == '!') yaml_skip(s);
    else if (directive && word.n) return yaml_scan_fail(s, at, "did not find expected '!'");
    *out = str_of(from, (size_t)(s->p - from));
    return true;
}

bool yaml_scan_tag(struct yaml_scan *s, struct yaml_token *t)
{
    if (!yaml_scan_need(s, 2)) return false;
    if (s->p[1] == '<') {
        yaml_skip(s);
        yaml_skip(s);
        if (!scan_uri(s, t->at, (struct str){0}, &t->suffix)) return false;
        if (*s->p != '>') return yaml_scan_fail(s, t->at, "did not find the expected '>'");
        yaml_skip(s);
    } else {
        if (!scan_handle(s, false, t->at, &t->text)) return false;
        bool whole = t->text.n > 1 && t->text.p[t->text.n - 1] == '!';
        if (!scan_uri(s, t->at, whole ? (struct str){0} : t->text, &t->suffix)) return false;
        if (!whole) {
            /* "!" alone is a tag of its own, without a handle. */
            t->text = t->suffix.n ? STR("!") : (struct str){0};
            if (!t->suffix.n) t->suffix = STR("!");
        }
    }
    if (!yaml_scan_need(s, 1)) return false;
    return yaml_is_blankz(s->p) ? true : yaml_scan_fail(s, t->at, "did not find expected whitespace or line break");
}

static bool scan_version_number(struct yaml_scan *s, struct yaml_mark at)
{
    unsigned digits = 0;
    if (!yaml_scan_need(s, 1)) return false;
    for (; *s->p >= '0' && *s->p <= '9'; digits++) {
        if (digits == 2) return yaml_scan_fail(s, at, "found extremely long version number");
        yaml_skip(s);
        if (!yaml_scan_need(s, 1)) return false;
    }
    return digits ? true : yaml_scan_fail(s, at, "did not find expected version number");
}

static bool scan_version(struct yaml_scan *s, struct yaml_token *t)
{
    if (!skip_blanks(s)) return false;
    const char *major = s->p;
    if (!scan_version_number(s, t->at)) return false;
    if (*s->p != '.') return yaml_scan_fail(s, t->at, "did not find expected digit or '.' character");
    struct str first = str_of(major, (size_t)(s->p - major));
    yaml_skip(s);
    const char *minor = s->p;
    if (!scan_version_number(s, t->at)) return false;
    struct str second = str_of(minor, (size_t)(s->p - minor));
    bool one = (str_is(first, "1") || str_is(first, "01")) && (str_is(second, "1") || str_is(second, "01"));
    t->type = TOKEN_VERSION;
    t->text = one ? STR("1.1") : STR("");
    return true;
}

static bool scan_tag_directive(struct yaml_scan *s, struct yaml_token *t)
{
    t->type = TOKEN_TAG_DIRECTIVE;
    if (!skip_blanks(s) || !scan_handle(s, true, t->at, &t->text) || !yaml_scan_need(s, 1)) return false;
    if (!yaml_is_blank(*s->p)) return yaml_scan_fail(s, t->at, "did not find expected whitespace");
    if (!skip_blanks(s) || !scan_uri(s, t->at, (struct str){0}, &t->suffix) || !yaml_scan_need(s, 1)) return false;
    return yaml_is_blankz(s->p) ? true : yaml_scan_fail(s, t->at, "did not find expected whitespace or line break");
}

bool yaml_scan_directive(struct yaml_scan *s, struct yaml_token *t)
{
    struct str name;
    yaml_skip(s);
    if (!scan_word(s, &name)) return false;
    if (!name.n) return yaml_scan_fail(s, t->at, "could not find expected directive name");
    if (!yaml_is_blankz(s->p)) return yaml_scan_fail(s, t->at, "found unexpected non-alphabetical character");
    if (str_is(name, "YAML")) {
        if (!scan_version(s, t)) return false;
    } else if (str_is(name, "TAG")) {
        if (!scan_tag_directive(s, t)) return false;
    } else {
        return yaml_scan_fail(s, t->at, "found unknown directive name");
    }
    if (!yaml_scan_rest_of_line(s)) return false;
    if (!yaml_is_breakz(s->p)) return yaml_scan_fail(s, t->at, "did not find expected comment or line break");
    if (yaml_break_at(s->p) && !yaml_scan_need(s, 2)) return false;
    yaml_skip_break(s);
    return true;
}
