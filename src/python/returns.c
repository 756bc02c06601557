#include "python/returns.h"

#include <stdlib.h>

bool returns_are_needed(const struct layout *layout)
{
    return layout->returns.value != LAYOUT_NONE;
}

static bool ends_call(const struct layout *layout, unsigned char opcode)
{
    return opcode == layout->returns.value || opcode == layout->returns.constant ||
           opcode == layout->returns.generator || opcode == layout->returns.watched_value ||
           opcode == layout->returns.watched_constant;
}

bool returns_note(struct returns *returns, const struct layout *layout, const unsigned char *code, uint32_t units)
{
    returns_free(returns);
    returns->bits = calloc(units / 8 + 1, 1);
    if (returns->bits == NULL)
        return false;
    returns->units = units;
    for (uint32_t i = 0; i < units; i++)
        if (ends_call(layout, code[(size_t)i * LAYOUT_UNIT_BYTES]))
            returns->bits[i / 8] |= (unsigned char)(1u << i % 8);
    return true;
}

void returns_free(struct returns *returns)
{
    free(returns->bits);
    *returns = (struct returns){.bits = NULL};
}

bool returns_has(const struct returns *returns, uint64_t unit)
{
    return unit < returns->units && (returns->bits[unit / 8] >> unit % 8 & 1) != 0;
}

size_t returns_bytes(const struct returns *returns)
{
    return returns->bits != NULL ? returns->units / 8 + 1 : 0;
}
