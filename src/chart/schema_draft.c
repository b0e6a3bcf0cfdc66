/* What differs between the drafts: draft.go and loader.go of the validator. */
#include "chart/schema_tree.h"

enum {
    VOCABS_2019 = VOCAB_CORE | VOCAB_APPLICATOR | VOCAB_VALIDATION | VOCAB_META_DATA | VOCAB_FORMAT | VOCAB_CONTENT,
    VOCABS_2020 = VOCAB_CORE | VOCAB_APPLICATOR | VOCAB_UNEVALUATED | VOCAB_VALIDATION | VOCAB_META_DATA | VOCAB_FORMAT_ANNOTATION |
                  VOCAB_FORMAT_ASSERTION | VOCAB_CONTENT,
};

const struct schema_draft schema_drafts[SCHEMA_DRAFTS] = {
    {4, 0, "http://json-schema.org/draft-04/schema", "id", NULL, 0, 0},
    {6, 1, "http://json-schema.org/draft-06/schema", "$id", NULL, 0, 0},
    {7, 2, "http://json-schema.org/draft-07/schema", "$id", NULL, 0, 0},
    {2019, 3, "https://json-schema.org/draft/2019-09/schema", "$id", "https://json-schema.org/draft/2019-09/vocab/", VOCABS_2019,
     VOCAB_CORE | VOCAB_APPLICATOR | VOCAB_VALIDATION},
    {2020, 4, "https://json-schema.org/draft/2020-12/schema", "$id", "https://json-schema.org/draft/2020-12/vocab/", VOCABS_2020,
     VOCAB_CORE | VOCAB_APPLICATOR | VOCAB_UNEVALUATED | VOCAB_VALIDATION},
};

const char *const schema_vocab_names[SCHEMA_VOCABULARIES] = {
    "core", "applicator", "unevaluated", "validation", "meta-data", "format", "format-annotation", "format-assertion", "content",
};

const struct schema_position schema_positions[] = {
    {"definitions", SUB_MEMBERS, 4},
    {"not", SUB_SELF, 4},
    {"allOf", SUB_ITEMS, 4},
    {"anyOf", SUB_ITEMS, 4},
    {"oneOf", SUB_ITEMS, 4},
    {"properties", SUB_MEMBERS, 4},
    {"additionalProperties", SUB_SELF, 4},
    {"patternProperties", SUB_MEMBERS, 4},
    {"items", SUB_SELF | SUB_ITEMS, 4},
    {"additionalItems", SUB_SELF, 4},
    {"dependencies", SUB_MEMBERS, 4},
    {"propertyNames", SUB_SELF, 6},
    {"contains", SUB_SELF, 6},
    {"if", SUB_SELF, 7},
    {"then", SUB_SELF, 7},
    {"else", SUB_SELF, 7},
    {"$defs", SUB_MEMBERS, 2019},
    {"dependentSchemas", SUB_MEMBERS, 2019},
    {"unevaluatedProperties", SUB_SELF, 2019},
    {"unevaluatedItems", SUB_SELF, 2019},
    {"contentSchema", SUB_SELF, 2019},
    {"prefixItems", SUB_ITEMS, 2020},
};
const size_t schema_positions_n = sizeof schema_positions / sizeof *schema_positions;

static struct str without_scheme(struct str url)
{
    struct str s = str_trim_prefix(url, STR("http://"));
    return s.n < url.n ? s : str_trim_prefix(url, STR("https://"));
}

const struct schema_draft *schema_draft_of(struct str url)
{
    struct str head, fragment;
    str_cut(url, STR("#"), &head, &fragment);
    if (fragment.n) return NULL;
    head = without_scheme(head);
    if (str_is(head, "json-schema.org/schema")) return &schema_drafts[SCHEMA_DRAFTS - 1];
    for (int i = 0; i < SCHEMA_DRAFTS; i++)
        if (str_eq(head, without_scheme(str_from(schema_drafts[i].url)))) return &schema_drafts[i];
    return NULL;
}

bool schema_has_vocab(struct schema_dialect d, uint32_t vocab)
{
    if (vocab == VOCAB_CORE || d.draft->version < 2019) return true;
    return (d.vocabs ? d.vocabs : d.draft->default_vocabs) & vocab;
}
