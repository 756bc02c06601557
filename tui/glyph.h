/*
 * glyph - the signs the screen is made of, each with a form for terminals that have ASCII only.
 */
#ifndef TUI_GLYPH_H
#define TUI_GLYPH_H

#include <stdbool.h>
#include <stdint.h>

enum glyph {
    GLYPH_BAR_1,    /* an eighth of a cell, from the left … */
    GLYPH_BAR_8 = GLYPH_BAR_1 + 7,
    GLYPH_SPARK_1,  /* an eighth of a cell, from below … */
    GLYPH_SPARK_8 = GLYPH_SPARK_1 + 7,
    GLYPH_SHADE_1,  /* lightest */
    GLYPH_SHADE_2,
    GLYPH_SHADE_3,
    GLYPH_LIVE,
    GLYPH_PAUSE,
    GLYPH_ENDED,
    GLYPH_SELECTED,
    GLYPH_RISING,
    GLYPH_FALLING,
    GLYPH_LEFT,
    GLYPH_RIGHT,
    GLYPH_UP,
    GLYPH_DOWN,
    GLYPH_ELLIPSIS,
    GLYPH_DASH,
    GLYPH_PLUS_MINUS,
    GLYPH_TIMES,
    GLYPH_DOT,
    GLYPH_OPEN,     /* of ‹moving› */
    GLYPH_CLOSE,
    GLYPH_MICRO,
    GLYPH_AT_LEAST,
    GLYPHS,
};

/* The sign as a text of one column (in ASCII some have more). */
const char *glyph_text(enum glyph glyph, bool utf8);

/* What stands for a character in ASCII; NULL when the table does not have it. */
const char *glyph_ascii(uint32_t character);

#endif
