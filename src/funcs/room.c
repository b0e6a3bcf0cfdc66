/* The room behind the end of a Go slice: sprig's slice reaches into it, so `slice .Values.l 0 4` of three items gives a
 * fourth, nil, where `slice (list 1 2 3) 0 4` fails. How much there is follows from how the list was made. */
#include "funcs/funcs.h"

/* The sizes of memory blocks that Go hands out (internal/runtime/gc/sizeclasses.go). */
static const uint16_t blocks[] = {
    8,    16,   24,   32,   48,   64,   80,   96,   112,  128,  144,  160,  176,  192,  208,  224,   240,   256,   288,   320,   352,   384,   416,
    448,  480,  512,  576,  640,  704,  768,  896,  1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304,  2688,  3072,  3200,  3456,  4096,  4864,  5376,
    6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768,
};

enum { HEADER = 8, HEADER_FROM = 512, LARGE = 32768, PAGE = 8192, DOUBLE_UP_TO = 256 };

/* runtime.roundupsize. Memory that holds pointers has a header from a certain size on. */
static uint64_t round_up(uint64_t size, bool pointers)
{
    uint64_t header = pointers && size > HEADER_FROM ? HEADER : 0;
    if (size > LARGE - HEADER) return (size + PAGE - 1) / PAGE * PAGE;
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (size + header <= blocks[i]) return blocks[i] - header;
    return size;
}

/* The size of an item, and whether it holds pointers. */
static uint64_t item_size(uint8_t type, bool *pointers)
{
    *pointers = type != GO_INTS;
    switch (type) {
    case GO_INTS: case GO_MAPS: case GO_OBJS: return 8;
    case GO_ANY_LISTS: case GO_STRING_LISTS: return 24;
    default: return 16;
    }
}

/* runtime.growslice */
static uint64_t grow(uint64_t capacity, uint64_t needed, uint8_t type)
{
    bool pointers;
    uint64_t size = item_size(type, &pointers), wanted = capacity;
    if (needed > capacity * 2) wanted = needed;
    else if (capacity < DOUBLE_UP_TO) wanted = capacity * 2;
    else
        do wanted += (wanted + 3 * DOUBLE_UP_TO) / 4;
        while (wanted < needed);
    return round_up(wanted * size, pointers) / size;
}

uint64_t funcs_capacity_after(uint64_t capacity, uint64_t n, uint8_t type)
{
    return n > capacity ? grow(capacity, n, type) : capacity;
}

uint64_t funcs_capacity_appended(uint64_t capacity, uint64_t n, uint8_t type)
{
    while (capacity < n) capacity = grow(capacity, capacity + 1, type);
    return capacity;
}

struct list *funcs_set_capacity(struct list *l, uint64_t capacity)
{
    uint64_t room = capacity > l->n ? capacity - l->n : 0;
    l->room = room < UINT32_MAX ? (uint32_t)room + 1 : UINT32_MAX;
    return l;
}

uint64_t funcs_capacity(struct value list)
{
    const struct list *l = list.u.list;
    if (!l) return 0;
    return l->room ? (uint64_t)l->n + l->room - 1 : funcs_capacity_appended(0, l->n, list.type);
}

static struct value zero_item(uint8_t type)
{
    switch (type) {
    case GO_STRINGS: case GO_VERSION_SET: return v_str(STR(""));
    case GO_INTS: return v_int(0);
    case GO_ANY_LISTS: return v_list(NULL);
    case GO_STRING_LISTS: return v_typed(v_list(NULL), GO_STRINGS);
    case GO_MAPS: return v_map(NULL);
    default: return NIL;
    }
}

struct list *funcs_slice(struct arena *a, struct value list, uint32_t from, uint32_t to)
{
    const struct list *whole = list.u.list;
    struct list *l = list_new(a);
    uint64_t capacity = funcs_capacity(list);
    uint32_t known = whole->n + whole->hidden;
    if (to <= known) { /* the items themselves, with those behind them */
        l->v = whole->v + from;
        l->at = whole->at && to <= whole->n ? whole->at + from : NULL;
        l->n = l->cap = to - from;
        l->hidden = known - to;
    } else {
        for (uint32_t i = from; i < to; i++) list_add_at(l, i < known ? whole->v[i] : zero_item(list.type), list_origin(whole, i));
    }
    return funcs_set_capacity(l, capacity - from);
}
