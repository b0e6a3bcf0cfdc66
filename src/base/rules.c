#include "base/rules.h"

struct str rules_get(const char *path)
{
    size_t low = 0, high = rules_files_n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int c = strcmp(path, rules_files[middle].path);
        if (c == 0) return rules_files[middle].text;
        if (c < 0) high = middle;
        else low = middle + 1;
    }
    return (struct str){NULL, 0};
}
