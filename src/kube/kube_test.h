/* For the tests of kube/: objects from YAML, without a render. */
#ifndef RUTTER_KUBE_KUBE_TEST_H
#define RUTTER_KUBE_KUBE_TEST_H

#include "base/test.h"
#include "kube/object.h"
#include "value/yaml.h"

static inline struct value kube_yaml(struct arena *a, struct str text)
{
    struct value v = NIL;
    struct str error = {0};
    struct place at;
    struct yaml_options o = {0};
    if (!yaml_read(a, text, &o, &v, &error, &at)) test_fail(__FILE__, __LINE__, "not YAML: %.*s\n%.*s", STR_ARG(error), STR_ARG(text));
    return v;
}

static inline struct object *kube_object(struct arena *a, const char *yaml)
{
    struct value v = kube_yaml(a, str_from(yaml));
    struct object *o = NEW(a, struct object);
    *o = (struct object){.api_version = value_str_at(v, "apiVersion"), .kind = value_str_at(v, "kind"), .ns = STR("ns"), .v = v};
    o->name = value_str_at(value_at(v, "metadata", NULL), "name");
    o->id = str_printf(a, "%.*s/%.*s", STR_ARG(o->kind), STR_ARG(o->name));
    return o;
}

#endif
