#include "base/test.h"
#include "usage/usage.h"
#include "usage/words.h"

TEST(words_of_a_name)
{
    struct words x = {0}, y = {0}, z = {0};
    words_add(&x, STR("prometheusConfigReloaderImage"));
    words_add(&y, STR("prometheus-config_reloader.images"));
    words_add(&z, STR("HTTPPort"));
    CHECK_INT(x.n, 4);
    CHECK_INT(z.n, 2);
    CHECK_INT(words_likeness(&x, &y), 100);
    CHECK_INT(words_likeness(&x, &z), 0);
}

TEST(words_distance_counts_a_swap_once)
{
    CHECK_INT(words_distance(STR("replica"), STR("replicas"), 2), 1);
    CHECK_INT(words_distance(STR("autoscalling"), STR("autoscaling"), 2), 1);
    CHECK_INT(words_distance(STR("enabeld"), STR("enabled"), 2), 1);
    CHECK_INT(words_distance(STR("host"), STR("annotations"), 2), 3);
}

TEST(usage_paths_are_taken_apart_and_set)
{
    uint32_t n;
    struct str *s = usage_segments(a, STR("a.b\\.c.d"), &n);
    CHECK_INT(n, 3);
    CHECK_STR(s[1], STR("b.c"));
    struct map *m = usage_with(a, map_new(a), s, n, v_bool(true));
    bool found;
    CHECK(usage_get(m, s, n, &found).u.b && found);
    m = usage_without(a, m, s, n);
    CHECK_INT(m->n, 0); /* maps that become empty go, too */
}

TEST(signatures_forgive_another_index_and_not_another_value)
{
    struct trait was = {.object = STR_INIT("Deployment/x"), .field = STR_INIT("spec.list[1].value"), .from = v_str(STR("mine")), .to = NIL};
    struct trait is = {.object = STR_INIT("Deployment/y"), .field = STR_INIT("spec.list[4].value"), .from = NIL, .to = v_str(STR("mine"))};
    struct signature x = {&was, 1, 1}, y = {&is, 1, 1};
    CHECK(signature_likeness(a, &x, &y, v_str(STR("mine")), &(struct respelling){0}) > 80);
    is.to = v_str(STR("other"));
    CHECK(signature_likeness(a, &x, &y, v_str(STR("mine")), &(struct respelling){0}) <= 0);
}
