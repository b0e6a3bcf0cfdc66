/* Quoting as Go's strconv does it. */
#include "base/utf8.h"
#include "text/unicode.h"
#include "value/gofmt.h"

static void escape_rune(struct buf *b, uint32_t r, char quote, bool ascii)
{
    if (r == (unsigned char)quote || r == '\\') {
        buf_byte(b, '\\');
        buf_byte(b, (char)r);
        return;
    }
    if (r < 0x80 ? r >= ' ' && r != 0x7f : !ascii && rune_is_print(r)) {
        buf_rune(b, r);
        return;
    }
    static const char letters[] = "abtnvfr"; /* of 7 to 13 */
    if (r >= 7 && r <= 13) {
        buf_byte(b, '\\');
        buf_byte(b, letters[r - 7]);
    } else if (r < 0x80) {
        buf_printf(b, "\\x%02x", r);
    } else if (r < 0x10000) {
        buf_printf(b, "\\u%04x", r);
    } else {
        buf_printf(b, "\\U%08x", r);
    }
}

static void quote_text(struct buf *b, struct str s, bool ascii)
{
    buf_byte(b, '"');
    for (size_t i = 0, width; i < s.n; i += width) {
        uint32_t r = utf8_decode(s, i, &width);
        if (r == RUNE_ERROR && width == 1) buf_printf(b, "\\x%02x", (unsigned char)s.p[i]);
        else escape_rune(b, r, '"', ascii);
    }
    buf_byte(b, '"');
}

void go_quote(struct buf *b, struct str s) { quote_text(b, s, false); }
void go_quote_ascii(struct buf *b, struct str s) { quote_text(b, s, true); }

void go_quote_rune(struct buf *b, uint32_t r, bool ascii)
{
    if (r > 0x10ffff || (r >= 0xd800 && r < 0xe000)) r = RUNE_ERROR;
    buf_byte(b, '\'');
    escape_rune(b, r, '\'', ascii);
    buf_byte(b, '\'');
}

bool go_can_backquote(struct str s)
{
    for (size_t i = 0, width; i < s.n; i += width) {
        uint32_t r = utf8_decode(s, i, &width);
        if (width > 1) {
            if (r == 0xfeff) return false; /* a byte order mark cannot be seen */
            continue;
        }
        if (r == RUNE_ERROR || (r < ' ' && r != '\t') || r == '`' || r == 0x7f) return false;
    }
    return true;
}
