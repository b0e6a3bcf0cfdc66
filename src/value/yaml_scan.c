#include "value/yaml_scan.h"

enum { LONGEST_KEY = 1024 }; /* characters between the start of a key and its ":" */

/* ---- errors ---- */

/* go-yaml counts lines from 0 in a parser's error and from 1 in a scanner's, and leaves out a line that is 0. */
bool yaml_scan_fail(struct yaml_scan *s, struct yaml_mark context, const char *message)
{
    uint32_t line = s->mark.line ? s->mark.line + 1 : context.line;
    s->problem->text = line ? str_printf(s->a, "line %u: %s", line, message) : str_from(message);
    s->problem->line = s->mark.line + 1;
    s->problem->column = s->mark.column + 1;
    return false;
}

bool yaml_scan_fail_reading(struct yaml_scan *s)
{
    struct yaml_mark at = {0};
    for (const char *p = s->start; p < s->bad_at;) {
        unsigned width = yaml_break_at(p);
        if (width) {
            at.line++;
            at.column = 0;
        } else {
            at.column++;
            width = yaml_width(*p);
        }
        p += width;
    }
    s->problem->text = s->bad;
    s->problem->line = at.line + 1;
    s->problem->column = at.column + 1;
    return false;
}

bool yaml_scan_need_slowly(struct yaml_scan *s, unsigned characters)
{
    const char *p = s->p;
    for (; characters && p < s->decoded; characters--) p += yaml_width(*p);
    return characters ? yaml_scan_fail_reading(s) : true;
}

void yaml_read_break(struct yaml_scan *s, struct buf *b)
{
    unsigned width = yaml_break_at(s->p);
    if (width == 3) buf_add(b, str_of(s->p, 3));
    else if (width) buf_byte(b, '\n');
    yaml_skip_break(s);
}

/* ---- the queue ---- */

static void too_deep(struct yaml_scan *s)
{
    guard_trip(s->a->guard, "YAML is nested deeper than %u levels (line %u)", s->a->guard->max.depth, s->mark.line + 1);
}

static void grow_queue(struct yaml_scan *s)
{
    s->queue = arena_push_grow(s->a, s->queue, s->n, sizeof *s->queue);
    s->cap = s->cap ? s->cap * 2 : 4;
}

/* At the end, or before the token of that number. */
static void add_token(struct yaml_scan *s, struct yaml_token t)
{
    t.key_level = s->key_level_next;
    s->key_level_next = 0;
    if (s->head == s->n) s->head = s->n = 0;
    if (s->n == s->cap) grow_queue(s);
    s->queue[s->n++] = t;
}

static void insert_token(struct yaml_scan *s, uint32_t number, struct yaml_token t)
{
    if (number < s->taken) {
        add_token(s, t); /* its place is gone: see fetch_flow_end */
        return;
    }
    uint32_t i = s->head + (number - s->taken);
    if (s->n == s->cap) grow_queue(s);
    for (uint32_t k = s->n++; k > i; k--) s->queue[k] = s->queue[k - 1]; /* one or two */
    s->queue[i] = t;
}

/* An indicator of one character or more, and the token for it. */
static bool take_indicator(struct yaml_scan *s, enum yaml_token_type type, unsigned length)
{
    struct yaml_token t = {.type = (uint8_t)type, .at = s->mark};
    while (length--) yaml_skip(s);
    add_token(s, t);
    return true;
}

/* ---- indentation ---- */

static bool in_flow(const struct yaml_scan *s) { return s->levels > 1; }

/* Opens a block collection when the column is deeper than the last. */
static void roll_indent(struct yaml_scan *s, struct yaml_mark at, enum yaml_token_type type, bool insert, uint32_t number)
{
    if (in_flow(s) || s->indent >= (int32_t)at.column) return;
    if (s->indents_n >= s->a->guard->max.depth) too_deep(s);
    *PUSH(s->a, s->indents, s->indents_n, s->indents_cap) = s->indent;
    s->indent = (int32_t)at.column;
    struct yaml_token t = {.type = (uint8_t)type, .at = at};
    if (insert) insert_token(s, number, t);
    else add_token(s, t);
}

/* Closes every block collection that is deeper than the column. */
static void unroll_indent(struct yaml_scan *s, int32_t column)
{
    while (!in_flow(s) && s->indent > column) {
        add_token(s, (struct yaml_token){.type = TOKEN_BLOCK_END, .at = s->mark});
        s->indent = s->indents[--s->indents_n];
    }
}

/* ---- keys without "?" ---- */

static struct yaml_simple_key *last_key(struct yaml_scan *s) { return &s->keys[s->levels - 1]; }

static bool fail_key(struct yaml_scan *s, const struct yaml_simple_key *k) { return yaml_scan_fail(s, k->at, "could not find expected ':'"); }

/* Whether the place may still turn out to begin a key; false, too, on an error, which is then set. */
static bool key_alive(struct yaml_scan *s, struct yaml_simple_key *k, bool *failed)
{
    *failed = false;
    if (!k->possible) return false;
    if (k->at.line >= s->mark.line && k->at.index + LONGEST_KEY >= s->mark.index) return true;
    if (k->required) {
        *failed = true;
        fail_key(s, k);
        return false;
    }
    k->possible = false;
    return false;
}

static bool forget_key(struct yaml_scan *s)
{
    struct yaml_simple_key *k = last_key(s);
    if (k->possible && k->required) return fail_key(s, k);
    k->possible = false;
    return true;
}

/* Notes that the next token may begin a key. */
static bool save_key(struct yaml_scan *s)
{
    if (!s->key_allowed) return true;
    if (!forget_key(s)) return false;
    *last_key(s) = (struct yaml_simple_key){
        .possible = true,
        .required = !in_flow(s) && s->indent == (int32_t)s->mark.column,
        .token = s->taken + (s->n - s->head),
        .at = s->mark,
    };
    s->key_level_next = s->levels;
    return true;
}

/* ---- one kind of token each ---- */

static bool fetch_stream_end(struct yaml_scan *s)
{
    if (s->mark.column) {
        s->mark.column = 0;
        s->mark.line++;
    }
    unroll_indent(s, -1);
    if (!forget_key(s)) return false;
    s->key_allowed = false;
    s->ended = true;
    add_token(s, (struct yaml_token){.type = TOKEN_STREAM_END, .at = s->mark});
    return true;
}

static bool fetch_document_mark(struct yaml_scan *s, enum yaml_token_type type)
{
    unroll_indent(s, -1);
    if (!forget_key(s)) return false;
    s->key_allowed = false;
    return take_indicator(s, type, 3);
}

static bool fetch_directive(struct yaml_scan *s)
{
    struct yaml_token t = {.at = s->mark};
    unroll_indent(s, -1);
    if (!forget_key(s)) return false;
    s->key_allowed = false;
    if (!yaml_scan_directive(s, &t)) return false;
    add_token(s, t);
    return true;
}

static bool fetch_flow_start(struct yaml_scan *s, enum yaml_token_type type)
{
    if (!save_key(s)) return false;
    if (s->levels > s->a->guard->max.depth) too_deep(s);
    *PUSH(s->a, s->keys, s->levels, s->keys_cap) = (struct yaml_simple_key){.token = s->taken + (s->n - s->head), .at = s->mark};
    s->key_allowed = true;
    return take_indicator(s, type, 1);
}

static bool fetch_flow_end(struct yaml_scan *s, enum yaml_token_type type)
{
    if (!forget_key(s)) return false;
    if (in_flow(s)) {
        /* An empty collection has no key of its own and ends the wait for a ":" after it: in go-yaml `[]: 1` is an error. */
        uint32_t number = last_key(s)->token;
        if (number >= s->taken && number - s->taken < s->n - s->head) s->queue[s->head + (number - s->taken)].key_level = 0;
        s->levels--;
    }
    s->key_allowed = false;
    return take_indicator(s, type, 1);
}

static bool fetch_flow_entry(struct yaml_scan *s)
{
    if (!forget_key(s)) return false;
    s->key_allowed = true;
    return take_indicator(s, TOKEN_FLOW_ENTRY, 1);
}

static bool fetch_block_entry(struct yaml_scan *s)
{
    if (!in_flow(s)) {
        if (!s->key_allowed) return yaml_scan_fail(s, s->mark, "block sequence entries are not allowed in this context");
        roll_indent(s, s->mark, TOKEN_BLOCK_SEQUENCE, false, 0);
    }
    if (!forget_key(s)) return false;
    s->key_allowed = true;
    return take_indicator(s, TOKEN_BLOCK_ENTRY, 1);
}

static bool fetch_key(struct yaml_scan *s)
{
    if (!in_flow(s)) {
        if (!s->key_allowed) return yaml_scan_fail(s, s->mark, "mapping keys are not allowed in this context");
        roll_indent(s, s->mark, TOKEN_BLOCK_MAPPING, false, 0);
    }
    if (!forget_key(s)) return false;
    s->key_allowed = !in_flow(s);
    return take_indicator(s, TOKEN_KEY, 1);
}

static bool fetch_value(struct yaml_scan *s)
{
    struct yaml_simple_key *k = last_key(s);
    bool failed;
    if (key_alive(s, k, &failed)) {
        insert_token(s, k->token, (struct yaml_token){.type = TOKEN_KEY, .at = k->at});
        roll_indent(s, k->at, TOKEN_BLOCK_MAPPING, true, k->token);
        k->possible = false;
        s->key_allowed = false;
    } else if (failed) {
        return false;
    } else {
        if (!in_flow(s)) {
            if (!s->key_allowed) return yaml_scan_fail(s, s->mark, "mapping values are not allowed in this context");
            roll_indent(s, s->mark, TOKEN_BLOCK_MAPPING, false, 0);
        }
        s->key_allowed = !in_flow(s);
    }
    return take_indicator(s, TOKEN_VALUE, 1);
}

/* Tokens that may begin a key and after which none can. */
static bool fetch_keylike(struct yaml_scan *s, bool (*scan)(struct yaml_scan *s, struct yaml_token *t), enum yaml_token_type type)
{
    struct yaml_token t = {.type = (uint8_t)type, .at = s->mark};
    if (!save_key(s)) return false;
    s->key_allowed = false;
    if (!scan(s, &t)) return false;
    add_token(s, t);
    return true;
}

static bool fetch_block_scalar(struct yaml_scan *s)
{
    struct yaml_token t = {.type = TOKEN_SCALAR, .at = s->mark};
    if (!forget_key(s)) return false;
    s->key_allowed = true;
    if (!yaml_scan_block(s, &t)) return false;
    add_token(s, t);
    return true;
}

/* ---- between tokens ---- */

/* Over printable ASCII in steps of eight, where that cannot pass over anything. */
static void skip_quickly(struct yaml_scan *s)
{
    const char *p = s->p;
    if (!s->quick) return;
    while (s->end - p >= 8 && yaml_eight_printable(p)) p += 8;
    while (*p >= ' ') p++; /* what is negative is no ASCII */
    uint32_t n = (uint32_t)(p - s->p);
    s->p = p;
    s->mark.column += n;
    s->mark.index += n;
}

bool yaml_scan_line(struct yaml_scan *s)
{
    for (;;) {
        skip_quickly(s);
        if (yaml_is_breakz(s->p)) return true;
        yaml_skip(s);
        if (!yaml_scan_need(s, 1)) return false;
    }
}

static bool skip_comment(struct yaml_scan *s) { return *s->p != '#' || yaml_scan_line(s); }

bool yaml_scan_rest_of_line(struct yaml_scan *s)
{
    if (!yaml_scan_need(s, 1)) return false;
    while (yaml_is_blank(*s->p)) {
        yaml_skip(s);
        if (!yaml_scan_need(s, 1)) return false;
    }
    return skip_comment(s);
}

/* Blanks, comments and line breaks. A tab may not stand where indentation counts. */
static bool skip_to_token(struct yaml_scan *s)
{
    for (;;) {
        if (!yaml_scan_need(s, 1)) return false;
        /* A second byte order mark at the very start is passed over. */
        if (s->p == s->start && str_starts(str_of(s->p, (size_t)(s->end - s->p)), STR("\xef\xbb\xbf"))) yaml_skip(s);
        if (!yaml_scan_need(s, 1)) return false;
        if (s->quick) yaml_skip_spaces(s, UINT32_MAX);
        while (*s->p == ' ' || (*s->p == '\t' && (in_flow(s) || !s->key_allowed))) {
            yaml_skip(s);
            if (!yaml_scan_need(s, 1)) return false;
        }
        if (!skip_comment(s)) return false;
        if (!yaml_break_at(s->p)) return true;
        if (!yaml_scan_need(s, 2)) return false;
        yaml_skip_break(s);
        if (!in_flow(s)) s->key_allowed = true;
    }
}

bool yaml_scan_at_document_mark(const struct yaml_scan *s)
{
    const char *p = s->p;
    return s->mark.column == 0 && (*p == '-' || *p == '.') && p[1] == *p && p[2] == *p && yaml_is_blankz(p + 3);
}

static bool begins_plain(const struct yaml_scan *s)
{
    switch (*s->p) {
    case ',': case '[': case ']': case '{': case '}': case '#': case '&': case '*': case '!': case '|': case '>': case '\'': case '"':
    case '%': case '@': case '`':
        return false;
    case '-':
        return !yaml_is_blank(s->p[1]);
    case '?': case ':':
        return !in_flow(s) && !yaml_is_blankz(s->p + 1);
    default:
        return !yaml_is_blankz(s->p);
    }
}

static bool fetch_token(struct yaml_scan *s)
{
    if (!skip_to_token(s)) return false;
    unroll_indent(s, (int32_t)s->mark.column);
    if (!yaml_scan_need(s, 4)) return false;
    bool flow = in_flow(s), blank_follows = *s->p && yaml_is_blankz(s->p + 1);
    if (!*s->p) return fetch_stream_end(s);
    if (*s->p == '%' && s->mark.column == 0) return fetch_directive(s);
    if (yaml_scan_at_document_mark(s)) return fetch_document_mark(s, *s->p == '-' ? TOKEN_DOCUMENT_START : TOKEN_DOCUMENT_END);
    switch (*s->p) {
    case '[': return fetch_flow_start(s, TOKEN_FLOW_SEQUENCE);
    case '{': return fetch_flow_start(s, TOKEN_FLOW_MAPPING);
    case ']': return fetch_flow_end(s, TOKEN_FLOW_SEQUENCE_END);
    case '}': return fetch_flow_end(s, TOKEN_FLOW_MAPPING_END);
    case ',': return fetch_flow_entry(s);
    case '-':
        if (blank_follows) return fetch_block_entry(s);
        break;
    case '?':
        if (flow || blank_follows) return fetch_key(s);
        break;
    case ':':
        if (flow || blank_follows) return fetch_value(s);
        break;
    case '*': return fetch_keylike(s, yaml_scan_anchor, TOKEN_ALIAS);
    case '&': return fetch_keylike(s, yaml_scan_anchor, TOKEN_ANCHOR);
    case '!': return fetch_keylike(s, yaml_scan_tag, TOKEN_TAG);
    case '\'': case '"': return fetch_keylike(s, yaml_scan_quoted, TOKEN_SCALAR);
    case '|': case '>':
        if (!flow) return fetch_block_scalar(s);
        break;
    default:
        break;
    }
    if (begins_plain(s)) return fetch_keylike(s, yaml_scan_plain, TOKEN_SCALAR);
    return yaml_scan_fail(s, s->mark, "found character that cannot start any token");
}

/* ---- the interface ---- */

/* Whether the token at the head may still get a KEY before it. */
static bool head_is_open(struct yaml_scan *s, bool *failed)
{
    *failed = false;
    uint32_t level = s->queue[s->head].key_level;
    if (!level || level > s->levels) return false;
    struct yaml_simple_key *k = &s->keys[level - 1];
    return k->token == s->taken && key_alive(s, k, failed);
}

const struct yaml_token *yaml_scan_fetch(struct yaml_scan *s)
{
    for (;;) {
        bool failed;
        if (s->head < s->n && !head_is_open(s, &failed)) {
            if (failed) return NULL;
            s->peeked = true;
            return &s->queue[s->head];
        }
        if (!fetch_token(s)) return NULL;
    }
}
