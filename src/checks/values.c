/* What becomes of the user's values: keys that moved, that are gone, that stand in the way. */
#include "checks/values_say.h"

#include "value/yaml.h"

static const struct key *key_at(const struct facts *f, const struct node_fate *x, uint32_t i) { return &f->usage.keys[x->keys[i]]; }

/* ---- what stood in the way ---- */

static const struct obstacle *obstacle_of(const struct facts *f, const struct key *k)
{
    for (uint32_t i = 0; i < f->usage.obstacles_n; i++)
        for (uint32_t j = 0; j < f->usage.obstacles[i].keys_n; j++)
            if (str_eq(f->usage.obstacles[i].keys[j], k->path)) return &f->usage.obstacles[i];
    return NULL;
}

enum shape { SHAPE_NONE, SHAPE_MAP, SHAPE_LIST, SHAPE_SCALAR };

static enum shape shape_of(struct value v)
{
    return v.kind == V_NIL ? SHAPE_NONE : v.kind == V_MAP ? SHAPE_MAP : v.kind == V_LIST ? SHAPE_LIST : SHAPE_SCALAR;
}

static const char *shape_name(enum shape s) { return s == SHAPE_MAP ? "a map" : s == SHAPE_LIST ? "a list" : "a single value"; }

/* How many of the key's segments lead to the place where the user's shape and the new default's part; 0: nowhere. */
static uint32_t shapes_part(const struct facts *f, const struct key *k, enum shape *theirs, enum shape *ours)
{
    for (uint32_t n = 1; n <= k->segments; n++) {
        bool found;
        struct value v = usage_get(f->usage.base.values, k->segment, n, &found);
        if (!found) v = usage_get(f->new_side.chart->values.u.map, k->segment, n, &found);
        *ours = n < k->segments ? SHAPE_MAP : shape_of(k->value);
        *theirs = shape_of(v);
        if (found && *theirs && *ours && *theirs != *ours) return n;
    }
    return 0;
}

static struct str path_of(struct arena *a, const struct key *k, uint32_t n)
{
    struct str path = {0};
    for (uint32_t i = 0; i < n; i++) path = path_key(a, path, k->segment[i]);
    return path;
}

/* A key that makes a template stumble (not `fail`, which speaks of the key itself), or whose type the schema refuses. */
static bool is_type_change(const struct facts *f, const struct key *k, const struct obstacle *o)
{
    enum shape theirs, ours;
    if (!o || !f->usage.based) return false;
    if (o->violations.n) return str_has(k->message, STR("got ")) && str_has(k->message, STR(", want "));
    if (str_starts(o->message, STR("execution error at"))) return false; /* `fail` and `required`, as Helm words them */
    return o->kind == FAILURE_ERROR && (shapes_part(f, k, &theirs, &ours) || k->value.kind == V_LIST || k->value.kind == V_MAP);
}

static void report_type_change(struct facts *f, const struct key *k)
{
    enum shape theirs, ours;
    uint32_t n = shapes_part(f, k, &theirs, &ours);
    struct str path = n ? path_of(f->a, k, n) : k->path;
    struct finding *x = finding_add(&f->findings, "values/type-changed", SEVERITY_ERROR, ABOUT_CHANGE, SUBJECT_VALUE, path);
    x->at = values_place_of_path(f, path);
    x->replacement = k->renamed_to;
    x->confidence = 90;
    if (n && theirs != ours) x->message = str_printf(f->a, "the new chart expects %s here, and the value is %s", shape_name(theirs), shape_name(ours));
    else x->message = STR("the new chart expects this value in another form, and does not render with it");
    finding_evidence(&f->findings, x, "without it this is gone: %.*s", STR_ARG(k->message));
    x->fix = k->renamed_to.n ? str_printf(f->a, "write the value at %.*s", STR_ARG(k->renamed_to))
                             : str_printf(f->a, "write it in the form of %.*s in the new chart's values.yaml", STR_ARG(path));
    values_say_losses(f, x, &k->old_signature, 3);
}

/* ---- a node ---- */

static void say_successor(struct facts *f, struct finding *x, const struct node_fate *n)
{
    if (!n->to.n) return;
    x->replacement = n->to;
    x->confidence = n->confidence;
    if (n->proved) finding_evidence(&f->findings, x, "with the value%s at %.*s the new chart renders the same difference", n->keys_n > 1 ? "s" : "", STR_ARG(n->to));
    else finding_evidence(&f->findings, x, "the two charts' values suggest it; no experiment confirms it");
}

static void say_keys(struct facts *f, struct finding *x, const struct node_fate *n)
{
    enum { SHOWN = 8 };
    if (n->keys_n < 2) return;
    struct buf b = buf_new(f->a);
    for (uint32_t i = 0; i < n->keys_n && i < SHOWN; i++) buf_printf(&b, "%s%.*s", i ? ", " : "", STR_ARG(key_at(f, n, i)->path));
    if (n->keys_n > SHOWN) buf_printf(&b, " and %u more", n->keys_n - SHOWN);
    finding_evidence(&f->findings, x, "%u of your keys are concerned: %.*s", n->keys_n, STR_ARG(buf_str(&b)));
}

/* What all keys of a node did together. */
static struct signature signature_of(struct facts *f, const struct node_fate *n)
{
    struct signature all = {0};
    for (uint32_t i = 0; i < n->keys_n; i++) {
        const struct signature *s = &key_at(f, n, i)->old_signature;
        for (uint32_t k = 0; k < s->n; k++) *PUSH(f->a, all.v, all.n, all.cap) = s->v[k];
    }
    return all;
}

static void say_what_is_lost(struct facts *f, struct finding *x, const struct node_fate *n)
{
    struct signature all = signature_of(f, n);
    say_keys(f, x, n);
    values_say_losses(f, x, &all, 6);
}

/* ---- what is no news of its own ---- */

static bool is_at_or_below(struct str path, struct str node)
{
    return str_starts(path, node) && (path.n == node.n || path.p[node.n] == '.' || path.p[node.n] == '[');
}

/* What a key that had to be taken away, for the chart to render at all, takes along: objects are gone with it, and others that the
 * key did something in are touched by it too, so that nothing is known of the key. */
static bool goes_with(const struct facts *f, const struct node_fate *n, const struct node_fate *refused)
{
    if (refused->keys == n->keys || refused->kind != NODE_REFUSED || !is_at_or_below(n->path, refused->path)) return false;
    bool gone = false;
    for (uint32_t i = 0; i < n->keys_n; i++) {
        const struct signature *s = &key_at(f, n, i)->old_signature;
        for (uint32_t k = 0; k < s->n; k++) {
            enum touch touch = TOUCH_NOT;
            if (!s->v[k].field.n && s->v[k].from.kind == V_NIL) continue; /* what is there in its stead without the key */
            for (uint32_t j = 0; j < refused->keys_n && touch != TOUCH_GONE; j++) {
                enum touch by = values_touch(&key_at(f, refused, j)->old_signature, s->v[k].object);
                if (by > touch) touch = by;
            }
            if (touch == TOUCH_NOT) return false;
            gone |= touch == TOUCH_GONE;
        }
    }
    return gone;
}

/* The old chart only looked whether it is right, and handed it on to a subchart that is not at hand: that one may read it still. */
static bool is_handed_on(const struct facts *f, const struct node_fate *n)
{
    if (n->kind == NODE_REFUSED || n->kind == NODE_RENAMED || !values_is_of_absent(f->new_side.chart, key_at(f, n, 0)->segment[0])) return false;
    for (uint32_t i = 0; i < n->keys_n; i++)
        if (key_at(f, n, i)->old_signature.n) return false;
    return true;
}

static const struct node_fate *taken_along_by(const struct facts *f, const struct node_fate *n)
{
    for (uint32_t i = 0; i < f->usage.nodes_n; i++)
        if (goes_with(f, n, &f->usage.nodes[i])) return &f->usage.nodes[i];
    return NULL;
}

static bool has_default(const struct side *s, struct str path)
{
    bool found;
    uint32_t n;
    struct str *segment = usage_segments(s->a, path, &n);
    usage_get(s->chart->values.u.map, segment, n, &found);
    return found;
}

/* An entry that the user added to a map of like entries (pools.mine) is not what the chart's own entry beside it (pools.small) is
 * called now: that one was there before. */
static bool is_neighbour(const struct facts *f, const struct node_fate *n)
{
    struct str parent = str_sub(n->path, 0, (size_t)(str_find_last(n->path, STR(".")) + 1));
    return n->to.n && parent.n && str_starts(n->to, parent) && !is_at_or_below(n->to, n->path) && !has_default(&f->old_side, n->path) && has_default(&f->old_side, n->to);
}

static void report_refused(struct facts *f, const struct node_fate *n)
{
    const struct key *first = key_at(f, n, 0);
    if (is_type_change(f, first, obstacle_of(f, first))) {
        for (uint32_t i = 0; i < n->keys_n; i++) report_type_change(f, key_at(f, n, i));
        return;
    }
    struct finding *x = finding_add(&f->findings, "values/refused-key", SEVERITY_ERROR, ABOUT_CHANGE, SUBJECT_VALUE, n->path);
    x->at = values_place_of_path(f, n->path);
    x->message = str_printf(f->a, "the new chart does not render with this key: %.*s", STR_ARG(first->message));
    x->fix = n->to.n ? str_printf(f->a, "move the value to %.*s", STR_ARG(n->to)) : STR("remove or change the key, as the message says");
    say_successor(f, x, n);
    say_what_is_lost(f, x, n);
    struct names along = {.a = f->a};
    for (uint32_t i = 0; i < f->usage.nodes_n; i++)
        for (uint32_t k = 0; goes_with(f, &f->usage.nodes[i], n) && k < f->usage.nodes[i].keys_n; k++) names_add(&along, key_at(f, &f->usage.nodes[i], k)->path);
    if (along.n) finding_evidence(&f->findings, x, "what becomes of the keys beside it cannot be told before that: %.*s", STR_ARG(names_show(&along, 8)));
}

static void report_renamed(struct facts *f, const struct node_fate *n)
{
    struct signature all = signature_of(f, n);
    bool nothing = values_lose_nothing(f, &all);
    struct str loss = nothing ? STR("all that it set comes out the same without it") : values_loss(f, n->path, &all);
    struct finding *x = finding_add(&f->findings, "values/renamed-key", SEVERITY_ERROR, ABOUT_CHANGE, SUBJECT_VALUE, n->path);
    x->at = values_place_of_path(f, n->path);
    x->message = str_printf(f->a, "the new chart no longer reads this key, the setting is now %.*s%s%.*s", STR_ARG(n->to), loss.n ? ": left as it is, " : "",
                            STR_ARG(loss));
    x->fix = str_printf(f->a, "move the value to %.*s", STR_ARG(n->to));
    say_successor(f, x, n);
    say_what_is_lost(f, x, n);
}

static bool are_nulls(const struct facts *f, const struct node_fate *n)
{
    for (uint32_t i = 0; i < n->keys_n; i++)
        if (key_at(f, n, i)->value.kind != V_NIL) return false;
    return true;
}

/* A dead key whose effect the new chart has without it costs nothing but a misunderstanding; a null over a default that is no more, not even that. */
static void report_gone(struct facts *f, const struct node_fate *n)
{
    bool still_there = n->kind == NODE_IGNORED;
    struct signature all = signature_of(f, n);
    bool nothing = values_lose_nothing(f, &all);
    struct str loss = nothing ? STR("all that it set comes out the same without it") : values_loss(f, n->path, &all);
    struct finding *x = finding_add(&f->findings, still_there ? "values/ignored-key" : "values/removed-key", !nothing ? SEVERITY_ERROR : are_nulls(f, n) ? SEVERITY_INFO : SEVERITY_WARNING, ABOUT_CHANGE, SUBJECT_VALUE, n->path);
    x->at = values_place_of_path(f, n->path);
    x->message = str_printf(f->a, "%s%s%.*s", still_there ? "the key is still in the new chart's values, and yet does nothing with these values; it did before" :
                            "the new chart no longer reads this key, and nothing was found that replaces it", loss.n ? ": " : "", STR_ARG(loss));
    x->fix = nothing ? STR("remove the key, and look at what decides the setting now")
             : still_there ? STR("find the condition in the new chart that leads to this setting, or remove the key") : STR("decide whether the setting is still needed, and remove the key");
    uint32_t back = 0;
    for (uint32_t i = 0; i < n->keys_n; i++) back += key_at(f, n, i)->comes_back;
    if (back == n->keys_n) x->fix = STR("leave it as it is, and move the other keys named here: it works again beside them");
    if (back) finding_evidence(&f->findings, x, "once the renamed keys are at their new places, %s", back == n->keys_n ? "it does what it did" : "some of it does what it did");
    say_what_is_lost(f, x, n);
}

static void check_dead_keys(struct facts *f)
{
    for (uint32_t i = 0; i < f->usage.nodes_n; i++) {
        struct node_fate n = f->usage.nodes[i];
        if (taken_along_by(f, &f->usage.nodes[i]) || is_handed_on(f, &f->usage.nodes[i])) continue;
        if (is_neighbour(f, &n)) {
            n.to = (struct str){0};
            if (n.kind == NODE_RENAMED) n.kind = NODE_REMOVED;
        }
        switch (n.kind) {
        case NODE_REFUSED: report_refused(f, &n); break;
        case NODE_RENAMED: report_renamed(f, &n); break;
        default: report_gone(f, &n); break;
        }
    }
}

static void check_cluster(struct facts *f)
{
    for (uint32_t i = 0; i < f->usage.n; i++) {
        const struct key *k = &f->usage.keys[i];
        if (!k->by_cluster) continue;
        struct finding *x = finding_add(&f->findings, "values/ignored-key", SEVERITY_INFO, ABOUT_ACT, SUBJECT_VALUE, k->path);
        x->at = values_place(f, k->at);
        x->message = STR("in an upgrade the new chart takes what the cluster already holds in place of this value; a fresh installation would use it");
        x->fix = STR("to change it, change the object in the cluster that the chart looks up");
    }
}

const struct check_entry checks_values[] = {
    {"values/renamed-key values/removed-key values/ignored-key values/refused-key values/type-changed", false, false, check_dead_keys},
    {"values/ignored-key", false, false, check_cluster},
    {0},
};
