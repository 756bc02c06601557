#include "tui/utf8.h"

#include <string.h>
#include <wchar.h>

#include "tui/glyph.h"

/* How many bytes the sequence that begins with `first` has, and the smallest character that may
   have so many; 0 when none begins so. */
static int sequence_length(unsigned char first, uint32_t *smallest)
{
    if (first >= 0xC2 && first <= 0xDF) {
        *smallest = 0x80;
        return 2;
    }
    if ((first & 0xF0) == 0xE0) {
        *smallest = 0x800;
        return 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        *smallest = 0x10000;
        return 4;
    }
    return 0;
}

uint32_t utf8_next(const char **at)
{
    const unsigned char *bytes = (const unsigned char *)*at;

    if (bytes[0] == 0)
        return 0;
    if (bytes[0] < 0x80) {
        ++*at;
        return bytes[0];
    }

    uint32_t smallest = 0;
    int length = sequence_length(bytes[0], &smallest);
    uint32_t character = length ? bytes[0] & (0x7Fu >> length) : 0;

    for (int i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
            length = 0;
            break;
        }
        character = character << 6 | (bytes[i] & 0x3Fu);
    }
    bool surrogate = character >= 0xD800 && character <= 0xDFFF;
    if (length == 0 || character < smallest || surrogate || character > 0x10FFFF) {
        ++*at;
        return UTF8_REPLACEMENT;
    }
    *at += length;
    return character;
}

size_t utf8_encode(uint32_t character, char bytes[UTF8_SHOWN_MAX])
{
    size_t length = 0;

    if (character < 0x80) {
        bytes[length++] = (char)character;
    } else if (character < 0x800) {
        bytes[length++] = (char)(0xC0 | character >> 6);
        bytes[length++] = (char)(0x80 | (character & 0x3F));
    } else if (character < 0x10000) {
        bytes[length++] = (char)(0xE0 | character >> 12);
        bytes[length++] = (char)(0x80 | (character >> 6 & 0x3F));
        bytes[length++] = (char)(0x80 | (character & 0x3F));
    } else {
        bytes[length++] = (char)(0xF0 | character >> 18);
        bytes[length++] = (char)(0x80 | (character >> 12 & 0x3F));
        bytes[length++] = (char)(0x80 | (character >> 6 & 0x3F));
        bytes[length++] = (char)(0x80 | (character & 0x3F));
    }
    bytes[length] = 0;
    return length;
}

/* Characters that have no shape of their own and change that of others, or their direction: what
   they do differs between terminals, and would move the cells that follow. */
static bool is_invisible(uint32_t character)
{
    static const struct {
        uint32_t first, last;
    } RANGES[] = {
        {0x00AD, 0x00AD},   /* soft hyphen */
        {0x061C, 0x061C},   /* Arabic letter mark */
        {0x180B, 0x180F},   /* Mongolian variation selectors */
        {0x200B, 0x200F},   /* zero-width space, joiners, direction marks */
        {0x2028, 0x202E},   /* separators of lines and paragraphs, direction embeddings */
        {0x2060, 0x206F},   /* invisible operators, direction isolates */
        {0xFE00, 0xFE0F},   /* variation selectors */
        {0xFEFF, 0xFEFF},   /* byte order mark */
        {0x1F3FB, 0x1F3FF}, /* skin tones, which join in some terminals only */
        {0xE0000, 0xE0FFF}, /* tags, more variation selectors */
    };

    for (size_t i = 0; i < sizeof RANGES / sizeof RANGES[0]; i++)
        if (character >= RANGES[i].first && character <= RANGES[i].last)
            return true;
    return false;
}

static struct utf8_shown shown_in_ascii(uint32_t character)
{
    struct utf8_shown shown = {"?", 1};
    const char *stand_in = glyph_ascii(character);

    if (character >= 0x0300 && character <= 0x036F) /* marks on Latin letters */
        return (struct utf8_shown){"", 0};
    if (stand_in) {
        shown.columns = (int)strlen(stand_in);
        memcpy(shown.bytes, stand_in, strlen(stand_in) + 1);
    }
    return shown;
}

struct utf8_shown utf8_shown(uint32_t character, bool utf8)
{
    struct utf8_shown shown = {"", 0};

    if (character >= 0x20 && character < 0x7F) {
        shown.bytes[0] = (char)character;
        shown.columns = 1;
        return shown;
    }
    if (is_invisible(character))
        return shown;
    if (!utf8)
        return shown_in_ascii(character);

    int columns = wcwidth((wchar_t)character);
    if (columns < 0) {
        character = UTF8_REPLACEMENT;
        columns = 1;
    }
    shown.columns = columns;
    utf8_encode(character, shown.bytes);
    return shown;
}

int utf8_columns(const char *text, bool utf8)
{
    int columns = 0;
    uint32_t character;

    while ((character = utf8_next(&text)))
        columns += utf8_shown(character, utf8).columns;
    return columns;
}
