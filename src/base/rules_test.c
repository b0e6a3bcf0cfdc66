#include "base/rules.h"

#include "base/test.h"

TEST(rules_get_finds_every_file)
{
    CHECK(rules_files_n > 0 && !rules_files[rules_files_n].path);
    for (size_t i = 0; i < rules_files_n; i++) {
        CHECK(rules_get(rules_files[i].path).p == rules_files[i].text.p);
        if (i) CHECK(strcmp(rules_files[i - 1].path, rules_files[i].path) < 0);
    }
    CHECK(!rules_get("").p && !rules_get("zzz").p && !rules_get("runbooks").p);
    CHECK(str_has(rules_get("runbooks/generic.yaml"), STR("upgrade:")));
}
