/*
 * theme - what each role on the screen looks like, by what the terminal can show.
 *
 * One table; nothing else in the program names a colour. The default background is never painted.
 */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include <stdbool.h>
#include <stdint.h>

enum style {
    STYLE_TEXT,
    STYLE_DIM,       /* what matters less: units, files, … */
    STYLE_STRONG,
    STYLE_TITLE,     /* the program's name */
    STYLE_LABEL,     /* what names a value in the header */
    STYLE_LIVE,
    STYLE_FROZEN,
    STYLE_ENDED,
    STYLE_BAR_GIL,
    STYLE_BAR_CPU,
    STYLE_BAR_GC,
    STYLE_BAR_SELF,
    STYLE_BAR_TOTAL,
    STYLE_COLUMN,    /* the line of column titles */
    STYLE_SORTED,    /* the title that rows are sorted by */
    STYLE_HOT,       /* large shares */
    STYLE_WARM,
    STYLE_COOL,
    STYLE_SPECIAL,   /* what is no function of the program: ‹moving›, the collector */
    STYLE_RISING,
    STYLE_FALLING,
    STYLE_HAS_GIL,   /* states of threads */
    STYLE_RUNNING,
    STYLE_WAITING,
    STYLE_IDLE,
    STYLE_KEY,       /* a key, where it is offered */
    STYLE_MESSAGE,
    STYLE_ERROR,
    STYLE_SELECTED,
    STYLES,
};

/* Added to a style in the selected row. */
#define STYLE_ON_SELECTION 0x80u

enum palette {
    PALETTE_NONE,     /* no colours */
    PALETTE_8,        /* 8 colours on a background not known */
    PALETTE_8_DARK,
    PALETTE_8_LIGHT,
    PALETTE_256,
    PALETTE_256_DARK,
    PALETTE_256_LIGHT,
    PALETTES,
};

enum look_attribute { LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_REVERSE = 4, LOOK_UNDERLINE = 8 };

#define COLOR_OF_TERMINAL (-1) /* its own foreground or background */

struct look {
    int16_t foreground; /* number in xterm's 256 colours; the first 8 are those of all terminals */
    int16_t background;
    unsigned attributes;
};

/* What `style`, with or without STYLE_ON_SELECTION, looks like. */
struct look theme_look(enum palette palette, unsigned style);

enum background { BACKGROUND_UNKNOWN, BACKGROUND_DARK, BACKGROUND_LIGHT };

enum theme { THEME_AUTO, THEME_DARK, THEME_LIGHT, THEME_NONE, THEMES };

/* Finds a theme by its name (auto, dark, light, none); false when there is none of that name. */
bool theme_parse(const char *name, enum theme *theme);
const char *theme_name(enum theme theme);

/* The background that the value of COLORFGBG tells, as rxvt, konsole and others set it: "15;0" has
   the background's colour last. NULL is unknown. */
enum background background_from_colorfgbg(const char *value);

/* The background that a terminal answered when asked for its colour (OSC 11): "rgb:1e1e/1e1e/1e1e".
   */
enum background background_from_answer(const char *answer);

/* The palette for a theme asked for, a terminal of so many colours, and a background. */
enum palette theme_palette(enum theme theme, int colors, enum background background);

#endif
