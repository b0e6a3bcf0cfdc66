#include "base/utf8.h"
#include "text/units.h"

/* Go's path/filepath.Match on Unix. A pattern is a sequence of pieces, each of which may have a * before it; the piece has
 * no * in it. As in Go, what is malformed behind the point where a name has failed is not always seen. */

enum verdict { FAILED, MATCHED, MALFORMED };

/* Takes the next piece off *pattern. */
static bool take_piece(struct str *pattern, struct str *piece)
{
    struct str s = *pattern;
    bool star = false, in_class = false;
    for (; str_starts(s, STR("*")); s = str_from_n(s, 1)) star = true;
    size_t i = 0;
    for (; i < s.n && (in_class || s.p[i] != '*'); i++) {
        if (s.p[i] == '\\' && i + 1 < s.n)
            i++;
        else if (s.p[i] == '[')
            in_class = true;
        else if (s.p[i] == ']')
            in_class = false;
    }
    *piece = str_sub(s, 0, i);
    *pattern = str_from_n(s, i);
    return star;
}

/* A rune of a class, which something must follow. */
static bool class_rune(struct str *piece, uint32_t *rune)
{
    if (!piece->n || piece->p[0] == '-' || piece->p[0] == ']') return false;
    if (piece->p[0] == '\\') *piece = str_from_n(*piece, 1);
    if (!piece->n) return false;
    size_t width;
    *rune = utf8_decode(*piece, 0, &width);
    if (*rune == RUNE_ERROR && width == 1) return false;
    *piece = str_from_n(*piece, width);
    return piece->n > 0;
}

/* [a-z], [^a]; the [ is taken off already. */
static enum verdict match_class(struct str *piece, uint32_t r)
{
    bool negated = str_starts(*piece, STR("^")), found = false;
    if (negated) *piece = str_from_n(*piece, 1);
    for (size_t n = 0; !n || !str_starts(*piece, STR("]")); n++) {
        uint32_t low, high;
        if (!class_rune(piece, &low)) return MALFORMED;
        high = low;
        if (piece->p[0] == '-') {
            *piece = str_from_n(*piece, 1);
            if (!class_rune(piece, &high)) return MALFORMED;
        }
        if (low <= r && r <= high) found = true;
    }
    *piece = str_from_n(*piece, 1);
    return found != negated ? MATCHED : FAILED;
}

/* Takes what the piece matches off the start of *name. The whole piece is read even after it has failed. */
static enum verdict match_piece(struct str piece, struct str *name)
{
    struct str s = *name;
    bool failed = false;
    while (piece.n) {
        char c = piece.p[0];
        size_t width = 0;
        uint32_t r = 0;
        failed = failed || !s.n;
        if (!failed) r = utf8_decode(s, 0, &width);
        piece = str_from_n(piece, 1);
        if (c == '[') {
            enum verdict v = match_class(&piece, r);
            if (v == MALFORMED) return v;
            failed = failed || v == FAILED;
        } else if (c == '?') {
            failed = failed || s.p[0] == '/';
        } else {
            if (c == '\\') {
                if (!piece.n) return MALFORMED;
                c = piece.p[0];
                piece = str_from_n(piece, 1);
            }
            failed = failed || s.p[0] != c;
            if (!failed) width = 1;
        }
        if (!failed) s = str_from_n(s, width);
    }
    if (failed) return FAILED;
    *name = s;
    return MATCHED;
}

/* The piece at the start of *name or, after a *, at any later place up to the next slash. */
static enum verdict match_next(struct str piece, bool star, bool last, struct str *name)
{
    for (size_t skip = 0;; skip++) {
        struct str rest = str_from_n(*name, skip);
        enum verdict v = match_piece(piece, &rest);
        if (v == MALFORMED) return v;
        if (v == MATCHED && (!last || !rest.n)) {
            *name = rest;
            return v;
        }
        if (!star || skip >= name->n || name->p[skip] == '/') return FAILED;
    }
}

bool filepath_match(struct str pattern, struct str name, bool *bad)
{
    *bad = false;
    while (pattern.n) {
        struct str piece;
        bool star = take_piece(&pattern, &piece);
        if (star && !piece.n) return str_chr(name, '/') < 0;
        enum verdict v = match_next(piece, star, !pattern.n, &name);
        if (v == MATCHED) continue;
        *bad = v == MALFORMED;
        return false;
    }
    return !name.n;
}
