/* What the checks of all families share: the sides as they are compared, places in templates, findings about objects. */
#ifndef RUTTER_CHECKS_VIEW_H
#define RUTTER_CHECKS_VIEW_H

#include "checks/checks.h"

/* Where an object comes from: the line of its `kind:` in its template, or that of a field's last key when it is found. */
struct place view_place(const struct facts *f, const struct side *s, const struct object *o, struct str field);
/* The subchart of an old object that the new chart has and that is not at hand, so that nobody can say whether the object is gone; else NULL. */
const struct dependency *view_unseen(const struct facts *f, const struct object *old_object);
/* A finding about an object of that side, with its place; no more than info where the object may only be unseen. `field` may be empty. */
struct finding *view_report(struct facts *f, const char *rule, enum severity severity, enum about about, const struct side *s, const struct object *o,
                            struct str field);
/* A line of a template of that side, named as Helm names it ("sie-cluster/templates/x.yaml"). */
struct place view_template_place(const struct facts *f, const struct side *s, struct str path, uint32_t line, uint32_t column);
/* Where the new Chart.yaml says its version. */
struct place view_version_place(const struct facts *f);
/* Where the new chart's own values have the path, or the node nearest above it; its Chart.yaml when they have none of it. */
struct place view_default_place(const struct facts *f, struct str path);
/* A value on one line, for messages: "a map" and its like for what does not fit. */
struct str view_show(struct arena *a, struct value v);
/* The same, but nothing of a Secret's content. */
struct str view_show_of(struct arena *a, const struct object *o, struct value v);

/* What an object of the other side is on this one: the same id, or what it was renamed from or to; NULL when it is on one only. */
const struct object *view_was(const struct facts *f, const struct object *new_object);
const struct object *view_is(const struct facts *f, const struct object *old_object);
const struct workload *view_workload(const struct side *s, const struct object *o);
const struct workload *view_workload_was(const struct facts *f, const struct workload *new_workload);
const struct workload *view_workload_is(const struct facts *f, const struct workload *old_workload);

/* Applied by Helm: created, patched and deleted by the upgrade. */
bool view_is_managed(const struct object *o);
/* The manifest stands in the render (what is only named, or made by controllers, does not). */
bool view_is_written(const struct object *o);
/* "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "CronJob": what runs pods for as long as it is there. */
bool view_runs_pods(const struct object *o);
struct value view_spec(const struct object *o);
/* Renders a copy of a side again, in its own `env` (changed by the caller), and takes its objects apart; only the templates in
 * `only`, NULL: all. False when it does not render. */
bool view_render(struct facts *f, struct side *s, const struct strmap *only);
/* Release's namespace of the new side. */
struct str view_namespace(const struct facts *f);
/* Whether a text has the word with no name character beside it. */
bool view_has_word(struct str text, struct str word);

/* A data file below rules/, parsed; one that cannot be read ends the run. */
struct value checks_data(struct facts *f, const char *path);

/* Lists of texts for messages: "a, b and 3 more". */
struct names {
    struct arena *a;
    struct str *v;
    uint32_t n, cap;
};
void names_add(struct names *l, struct str s);         /* once */
bool names_have(const struct names *l, struct str s);
struct str names_show(const struct names *l, uint32_t most);

#endif
