/* plan.json: the plan as it is, canonical (RFC 8785). */
#include "emit/emitters.h"

void emit_plan_json(struct buf *out, const struct emit_input *in)
{
    canonical_json(out, plan_to_value(out->a, in->plan));
    buf_byte(out, '\n');
}
