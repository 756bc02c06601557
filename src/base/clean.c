#include "base/clean.h"

#include <stdbool.h>

struct range {
    uint32_t first, last;
};

/* The Unicode Character Database's categories Cc, Cs, Zl and Zp, those of Cf that set direction, and
   the byte order mark. */
static const struct range UNFIT[] = {
    {0x0000, 0x001f}, {0x007f, 0x009f}, {0x061c, 0x061c}, {0x200e, 0x200f}, {0x2028, 0x202e},
    {0x2066, 0x2069}, {0xd800, 0xdfff}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
};

uint32_t clean_codepoint(uint32_t codepoint)
{
    if (codepoint > 0x10ffff)
        return CLEAN_REPLACEMENT;
    for (size_t i = 0; i < sizeof UNFIT / sizeof UNFIT[0]; i++)
        if (codepoint >= UNFIT[i].first && codepoint <= UNFIT[i].last)
            return CLEAN_REPLACEMENT;
    return codepoint;
}

size_t clean_append(char *into, size_t length, size_t room, uint32_t codepoint)
{
    const uint32_t c = clean_codepoint(codepoint);
    const size_t need = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char LEADS[] = {0, 0x00, 0xc0, 0xe0, 0xf0};

    if (length + need >= room)
        return length;
    for (size_t i = need - 1; i > 0; i--)
        into[length + i] = (char)(0x80 | (c >> (6 * (need - 1 - i)) & 0x3f));
    into[length] = (char)(LEADS[need] | c >> (6 * (need - 1)));
    into[length + need] = '\0';
    return length + need;
}

/* Decodes one character; gives the bytes it took, with CLEAN_REPLACEMENT for one byte that fits none. */
static size_t decode(const unsigned char *bytes, size_t length, uint32_t *codepoint)
{
    static const uint32_t LEAST[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char lead = bytes[0];
    const size_t need = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    uint32_t c;

    *codepoint = CLEAN_REPLACEMENT;
    if (need == 0 || need > length)
        return 1;
    if (need == 1) {
        *codepoint = lead;
        return 1;
    }
    c = lead & (0xffu >> (need + 1));
    for (size_t i = 1; i < need; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 1;
        c = c << 6 | (bytes[i] & 0x3f);
    }
    if (c < LEAST[need])
        return 1;
    *codepoint = c;
    return need;
}

size_t clean_utf8(char *into, size_t room, const char *bytes, size_t length)
{
    size_t done = 0;

    into[0] = '\0';
    for (size_t i = 0; i < length;) {
        uint32_t codepoint;
        size_t grown;

        i += decode((const unsigned char *)bytes + i, length - i, &codepoint);
        grown = clean_append(into, done, room, codepoint);
        if (grown == done)
            break;
        done = grown;
    }
    return done;
}
