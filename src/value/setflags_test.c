#include "base/test.h"
#include "value/json.h"
#include "value/setflags.h"

static bool no_file(void *context, struct str path, struct str *data)
{
    (void)context;
    *data = path;
    return !str_is(path, "missing");
}

/* Applies a flag to a base in JSON; the result as JSON, or the message. */
static struct str apply(struct arena *a, enum set_kind kind, const char *base, const char *text)
{
    struct value v;
    struct str error = {0};
    struct buf b = buf_new(a);
    CHECK(json_read(a, str_from(base), NULL, 0, 0, &v, &error));
    if (!set_apply(a, kind, str_from(text), v.u.map, NULL, 0, 0, no_file, NULL, &error)) return error;
    CHECK(json_write(&b, v, 0, &error));
    return buf_done(&b);
}

TEST(set_types_lists_and_escapes)
{
    CHECK_STR(apply(a, SET_TYPED, "{}", "a=1,b=TRUE,c=null,d=0123,e=1.0,f={1,x},g={},h=x\\,y,i\\.j=,k=+1"),
              STR("{\"a\":1,\"b\":true,\"c\":null,\"d\":\"0123\",\"e\":\"1.0\",\"f\":[1,\"x\"],\"g\":[\"\"],\"h\":\"x,y\",\"i.j\":\"\",\"k\":1}"));
    CHECK_STR(apply(a, SET_STRING, "{}", "a=1,b=null"), STR("{\"a\":\"1\",\"b\":\"null\"}"));
    CHECK_STR(apply(a, SET_LITERAL, "{}", "a.b=1,c=\\2"), STR("{\"a\":{\"b\":\"1,c=\\\\2\"}}"));
    CHECK_STR(apply(a, SET_TYPED, "{\"l\":[1,{\"x\":2}]}", "l[1].y=3,l[3]=z,m[0][1]=w"),
              STR("{\"l\":[1,{\"x\":2,\"y\":3},null,\"z\"],\"m\":[[null,\"w\"]]}"));
}

TEST(set_json_and_files)
{
    CHECK_STR(apply(a, SET_JSON, "{\"a\":{\"x\":1}}", "b=[1,\"x\"],a.y= {\"p\":null} ,c="), STR("{\"a\":{\"x\":1,\"y\":{\"p\":null}},\"b\":[1,\"x\"],\"c\":null}"));
    CHECK_STR(apply(a, SET_JSON, "{\"a\":{\"x\":1}}", " {\"a\":{\"y\":2}}"), STR("{\"a\":{\"x\":1,\"y\":2}}"));
    CHECK_STR(apply(a, SET_JSON, "{}", "{1}"), STR("failed parsing --set-json data JSON: {1}"));
    CHECK_STR(apply(a, SET_JSON, "{}", "a=tru"), STR("failed parsing --set-json data a=tru"));
    CHECK_STR(apply(a, SET_FILE, "{}", "a=f.txt"), STR("{\"a\":\"f.txt\"}"));
    CHECK_STR(apply(a, SET_FILE, "{}", "a=missing"), STR(""));
}

TEST(set_messages_are_helms)
{
    CHECK_STR(apply(a, SET_TYPED, "{}", "a"), STR("failed parsing --set data: key \"a\" has no value"));
    CHECK_STR(apply(a, SET_TYPED, "{}", "a,b=1"), STR("failed parsing --set data: key \"a\" has no value (cannot end with ,)"));
    CHECK_STR(apply(a, SET_TYPED, "{\"a\":1}", "a.b=2"),
              STR("failed parsing --set data: unable to parse key: interface conversion: interface {} is float64, not map[string]interface {}"));
    CHECK_STR(apply(a, SET_TYPED, "{}", "a[x]=1"), STR("failed parsing --set data: error parsing index: strconv.Atoi: parsing \"x\": invalid syntax"));
    CHECK_STR(apply(a, SET_TYPED, "{}", "a[0]x=1"), STR("failed parsing --set data: unexpected data at end of array index: ['x']"));
    CHECK_STR(apply(a, SET_TYPED, "{}", "a[65537]=1"),
              STR("failed parsing --set data: index of 65537 is greater than maximum supported index of 65536"));
    CHECK_STR(apply(a, SET_TYPED, "{}", "a={1"), STR("failed parsing --set data: list must terminate with '}'"));
    CHECK_STR(apply(a, SET_TYPED, "{}", "a[0"), STR("{}"));
}

TEST(set_leaves_know_their_flag_and_what_they_replaced)
{
    struct origins *o = origins_new(a);
    struct map *m = map_new(a);
    struct str error;
    CHECK(set_apply(a, SET_TYPED, STR("a.b=1,c=2"), m, o, 1, LAYER_USER, no_file, NULL, &error));
    CHECK(set_apply(a, SET_JSON, STR("a.b={\"x\":5}"), m, o, 2, LAYER_USER + 1, no_file, NULL, &error));
    const struct entry *b = map_find(value_at(v_map(m), "a", NULL).u.map, STR("b"));
    const struct origin *origin = origin_get(o, b->at);
    CHECK_INT(origin->layer, LAYER_USER + 1);
    CHECK_INT(origin->key_at.column, 3);
    CHECK_INT(origin->value_at.column, 5);
    CHECK_INT(origin_get(o, origin->over)->layer, LAYER_USER);
    CHECK_INT(origin_get(o, map_find(b->value.u.map, STR("x"))->at)->key_at.column, 6);
    CHECK_INT(origin_get(o, map_find(m, STR("a"))->at)->layer, LAYER_USER);
}
