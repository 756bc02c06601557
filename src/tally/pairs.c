#include "tally/pairs.h"

#include <stdlib.h>

void pairs_init(struct pairs *pairs, uint32_t functions_limit)
{
    *pairs = (struct pairs){.functions_limit = functions_limit, .first_free = PAIR_NONE};
}

void pairs_free(struct pairs *pairs)
{
    free(pairs->list);
    free(pairs->lines);
    map_free(&pairs->keys);
}

/* Makes sure that one more fits. */
static bool reserve(struct pairs *pairs)
{
    const uint32_t grown = pairs->room > 0 ? pairs->room * 2 : 64;
    struct pair *list;

    if (!map_reserve(&pairs->keys))
        return false;
    if (pairs->first_free != PAIR_NONE || pairs->count < pairs->room)
        return true;
    list = realloc(pairs->list, grown * sizeof *list);
    if (!list)
        return false;
    pairs->list = list;
    pairs->room = grown;
    return true;
}

/* A place for a new pair, and any lines that it has kept from an old one; reserve() said that there
   is one. */
static uint32_t take_place(struct pairs *pairs, uint32_t *lines)
{
    const uint32_t place = pairs->first_free;

    *lines = PAIR_NONE;
    if (place == PAIR_NONE)
        return pairs->count++;
    *lines = pairs->list[place].lines;
    pairs->first_free = pairs->list[place].function;
    return place;
}

static void free_place(struct pairs *pairs, uint32_t place)
{
    struct pair *pair = &pairs->list[place];

    if (pair->lines != PAIR_NONE)
        pairs->lines[pair->lines] = (struct pair_lines){0};
    pairs->functions -= !pair_is_state(pair);
    *pair = (struct pair){.function = pairs->first_free, .lines = pair->lines};
    pairs->first_free = place;
}

uint32_t pairs_add(struct pairs *pairs, uint64_t key, uint32_t function)
{
    const bool is_state = key & PAIR_STATE;
    uint32_t place, lines;

    if ((!is_state && pairs->functions >= pairs->functions_limit) || !reserve(pairs))
        return PAIR_NONE;
    place = take_place(pairs, &lines);
    pairs->list[place] = (struct pair){
        .key = key,
        .function = function,
        .lines = lines,
        .used = true,
        .places = {{.bucket = UINT64_MAX}, {.bucket = UINT64_MAX}},
    };
    pairs->functions += !is_state;
    map_put(&pairs->keys, key, place);
    return place;
}

bool pairs_reserve_lines(struct pairs *pairs, uint32_t pair)
{
    const uint32_t grown = pairs->lines_room > 0 ? pairs->lines_room * 2 : 64;
    struct pair_lines *lines;

    if (pairs->list[pair].lines != PAIR_NONE)
        return true;
    if (pairs->lines_count == pairs->lines_room) {
        lines = realloc(pairs->lines, grown * sizeof *lines);
        if (!lines)
            return false;
        pairs->lines = lines;
        pairs->lines_room = grown;
    }
    pairs->list[pair].lines = pairs->lines_count;
    pairs->lines[pairs->lines_count++] = (struct pair_lines){0};
    return true;
}

void pairs_count_line(struct pairs *pairs, const struct pair *pair, uint32_t line, uint64_t ns)
{
    struct pair_lines *lines = &pairs->lines[pair->lines];
    uint32_t at = 0;

    if (line == 0)
        return;
    for (uint32_t i = 0; i < PAIR_LINES; i++) {
        if (lines->line[i] == line) {
            at = i;
            break;
        }
        if (lines->ns[i] < lines->ns[at])
            at = i;
    }
    lines->line[at] = line;
    lines->ns[at] += ns;
}

uint32_t pairs_hot_line(const struct pairs *pairs, const struct pair *pair, uint64_t *ns)
{
    const struct pair_lines *lines;
    uint32_t hottest = 0;

    *ns = 0;
    if (pair->lines == PAIR_NONE)
        return 0;
    lines = &pairs->lines[pair->lines];
    for (uint32_t i = 1; i < PAIR_LINES; i++)
        if (lines->ns[i] > lines->ns[hottest])
            hottest = i;
    *ns = lines->ns[hottest];
    return lines->line[hottest];
}

static void merge_lines(struct pairs *pairs, struct pair *from, struct pair *to)
{
    const uint32_t kept = to->lines;

    if (from->lines == PAIR_NONE)
        return;
    if (kept == PAIR_NONE) {
        to->lines = from->lines;
        from->lines = kept;
        return;
    }
    for (uint32_t i = 0; i < PAIR_LINES; i++)
        pairs_count_line(pairs, to, pairs->lines[from->lines].line[i],
                         pairs->lines[from->lines].ns[i]);
}

void pairs_hand_over(struct pairs *pairs, uint32_t pair, uint32_t to_thread)
{
    struct pair *from = &pairs->list[pair];
    const uint64_t key = pair_is_state(from) ? pair_state_key(to_thread, pair_state(from))
                                             : pair_key(to_thread, (uint32_t)from->key);
    const uint32_t known = pairs_find(pairs, key);

    map_remove(&pairs->keys, from->key);
    if (known == PAIR_NONE) {
        from->key = key;
        map_put(&pairs->keys, key, pair);
        return;
    }
    sum_add(&pairs->list[known].self[SPAN_START], &from->self[SPAN_START]);
    sum_add(&pairs->list[known].total[SPAN_START], &from->total[SPAN_START]);
    merge_lines(pairs, from, &pairs->list[known]);
    free_place(pairs, pair);
}

void pairs_clear(struct pairs *pairs)
{
    pairs->count = 0;
    pairs->first_free = PAIR_NONE;
    pairs->functions = 0;
    pairs->lines_count = 0;
    map_clear(&pairs->keys);
}
