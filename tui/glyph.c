#include "tui/glyph.h"

#include <stddef.h>

#include "tui/utf8.h"

static const struct {
    const char *utf8;
    const char *ascii;
} FORMS[GLYPHS] = {
    [GLYPH_BAR_1] = {"▏", " "},
    [GLYPH_BAR_1 + 1] = {"▎", " "},
    [GLYPH_BAR_1 + 2] = {"▍", " "},
    [GLYPH_BAR_1 + 3] = {"▌", ":"},
    [GLYPH_BAR_1 + 4] = {"▋", ":"},
    [GLYPH_BAR_1 + 5] = {"▊", ":"},
    [GLYPH_BAR_1 + 6] = {"▉", "|"},
    [GLYPH_BAR_8] = {"█", "|"},
    [GLYPH_SPARK_1] = {"▁", "_"},
    [GLYPH_SPARK_1 + 1] = {"▂", "."},
    [GLYPH_SPARK_1 + 2] = {"▃", ","},
    [GLYPH_SPARK_1 + 3] = {"▄", "-"},
    [GLYPH_SPARK_1 + 4] = {"▅", "="},
    [GLYPH_SPARK_1 + 5] = {"▆", "+"},
    [GLYPH_SPARK_1 + 6] = {"▇", "*"},
    [GLYPH_SPARK_8] = {"█", "#"},
    [GLYPH_SHADE_1] = {"░", "."},
    [GLYPH_SHADE_2] = {"▒", "-"},
    [GLYPH_SHADE_3] = {"▓", "+"},
    [GLYPH_LIVE] = {"●", "*"},
    [GLYPH_PAUSE] = {"❚", "|"},
    [GLYPH_ENDED] = {"■", "#"},
    [GLYPH_SELECTED] = {"▶", ">"},
    [GLYPH_RISING] = {"▲", "^"},
    [GLYPH_FALLING] = {"▼", "v"},
    [GLYPH_LEFT] = {"←", "<-"},
    [GLYPH_RIGHT] = {"→", "->"},
    [GLYPH_UP] = {"↑", "Up"},
    [GLYPH_DOWN] = {"↓", "Down"},
    [GLYPH_ELLIPSIS] = {"…", ".."},
    [GLYPH_DASH] = {"–", "-"},
    [GLYPH_PLUS_MINUS] = {"±", "+/-"},
    [GLYPH_TIMES] = {"×", "x"},
    [GLYPH_DOT] = {"·", "."},
    [GLYPH_OPEN] = {"‹", "<"},
    [GLYPH_CLOSE] = {"›", ">"},
    [GLYPH_MICRO] = {"µ", "u"},
    [GLYPH_AT_LEAST] = {"≥", ">="},
};

const char *glyph_text(enum glyph glyph, bool utf8)
{
    return utf8 ? FORMS[glyph].utf8 : FORMS[glyph].ascii;
}

const char *glyph_ascii(uint32_t character)
{
    for (size_t i = 0; i < GLYPHS; i++) {
        const char *at = FORMS[i].utf8;

        if (utf8_next(&at) == character)
            return FORMS[i].ascii;
    }
    return NULL;
}
