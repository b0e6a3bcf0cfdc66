/* Where the setting of a key went that does nothing any more. Private to usage/. */
#ifndef RUTTER_USAGE_SUCCESSOR_H
#define RUTTER_USAGE_SUCCESSOR_H

#include "usage/usage.h"
#include "usage/words.h"

/* A place in the new chart's values, user's keys left out. */
struct place_node {
    struct str path, *segment; uint32_t segments;
    struct value value;
    struct words last, whole;     /* of the last segment; of all */
    bool in_old;                  /* the old chart has it as well */
};

struct successors {
    struct bench *old, *now;
    const struct render *base;    /* the new chart's render whose places these are */
    const struct value_changes *defaults;
    struct place_node *v; uint32_t n, cap;
    struct str *settled; uint32_t settled_n, settled_cap; /* places that keys have gone to since all was tried before */
};

/* Collects the places, unless they were collected of the same render. Both benches have their base renders. */
void successors_prepare(struct bench *old, struct bench *now, const struct value_changes *defaults, struct successors *out);
/* Tries what evidence suggests (the difference of the defaults, names, the chart's own message) by giving the new key the user's
 * value; sets k->renamed_to, confidence and renamed_proved when the old difference comes back, or when the evidence is strong. */
void successors_find(struct successors *s, struct key *k);
/* A key whose sibling surely moved with the node above both has most likely moved with it, if there is such a place. */
void successors_follow(struct successors *s, struct usage *u);
/* Two keys cannot have become one: the one whose name is nearer keeps the successor. */
void successors_settle(struct usage *u);
/* The place to which k->message says that the key or a node above it went; "" when it says nothing. */
struct str successor_in_message(struct successors *s, const struct key *k);

#endif
