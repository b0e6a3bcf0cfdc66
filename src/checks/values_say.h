/* What the checks of values have in common: places, words, masks. Private to checks/. */
#ifndef RUTTER_CHECKS_VALUES_SAY_H
#define RUTTER_CHECKS_VALUES_SAY_H

#include "checks/view.h"

struct place values_place(const struct facts *f, origin_id at);
/* Where the user set something at or below the path, in the values of the new side; NOWHERE when nowhere. */
struct place values_place_of_path(const struct facts *f, struct str path);
/* The value on one line, shortened; "***" when it stands under a name that smells of a secret. */
struct str values_show(struct facts *f, struct str path, struct value v);
bool values_is_secret(struct str path);
/* Whether it is the name or alias of a subchart that is not at hand: nobody can tell what that one reads. */
bool values_is_of_absent(const struct chart *c, struct str name);
/* "without it: spec.replicas of Deployment/x goes from 3 to 1": evidence of what a key's loss changes in the new render, so many
 * lines at most; how many they were. What came out the same without the key is no loss. */
uint32_t values_say_losses(struct facts *f, struct finding *x, const struct signature *s, uint32_t most);
/* The first of them for the message; "" when nothing is known. */
struct str values_loss(struct facts *f, struct str path, const struct signature *s);
/* All that the key did on the old side is so in the new render without it. */
bool values_lose_nothing(const struct facts *f, const struct signature *s);
/* What an object has to do with a difference: nothing, a field of it changes, or it is gone. */
enum touch { TOUCH_NOT, TOUCH_FIELD, TOUCH_GONE };
enum touch values_touch(const struct signature *s, struct str object);
/* The key without which the old chart does not render the object, and which had to be taken away for the new one to render at
 * all: nothing is known of such an object; NULL: there is none. */
const struct key *values_taking_away(const struct facts *f, const struct object *old_object);
/* 0 for what tells most (an object that comes or goes), then variables, fields, texts of ConfigMaps; 4 for what nobody wants to know. */
int values_telling(const struct trait *t);
/* "SIE_AUTH_MODE of Deployment/x", "resources.limits.cpu of router in Deployment/x", "spec.replicas of Deployment/x" */
struct str values_what(struct facts *f, const struct trait *t);

#endif
