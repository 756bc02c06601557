#include "tui/theme.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Looks by palette. Each is short for {foreground, background, attributes}. */
#define DEF COLOR_OF_TERMINAL
#define P {DEF, DEF, 0}
#define B {DEF, DEF, LOOK_BOLD}
#define D {DEF, DEF, LOOK_DIM}
#define R {DEF, DEF, LOOK_REVERSE}
#define RB {DEF, DEF, LOOK_REVERSE | LOOK_BOLD}
#define RU {DEF, DEF, LOOK_REVERSE | LOOK_BOLD | LOOK_UNDERLINE}
#define F(color) {color, DEF, 0}
#define FB(color) {color, DEF, LOOK_BOLD}
#define ON(color, ground) {color, ground, 0}
#define ONB(color, ground) {color, ground, LOOK_BOLD}

/* Of the 8 colours, yellow, green and cyan cannot be read on white, nor blue on black; with 256,
   the palette for an unknown background keeps to colours of middling lightness. A test holds each
   foreground to a contrast. */
static const struct look LOOKS[STYLES][PALETTES] = {
    /*                 none  8      8 dark    8 light   256           256 dark      256 light */
    [STYLE_TEXT] =      {P,  P,     P,        P,        P,            P,            P},
    [STYLE_DIM] =       {D,  D,     D,        D,        F(243),       F(246),       F(241)},
    [STYLE_STRONG] =    {B,  B,     B,        B,        B,            B,            B},
    [STYLE_TITLE] =     {B,  B,     FB(6),    FB(4),    FB(31),       FB(117),      FB(25)},
    [STYLE_LABEL] =     {P,  P,     F(6),     F(4),     F(31),        F(74),        F(24)},
    [STYLE_LIVE] =      {B,  B,     FB(2),    FB(4),    FB(28),       FB(114),      FB(28)},
    [STYLE_FROZEN] =    {RB, RB,    ON(0, 6), ONB(7, 4), ONB(231, 25), ONB(16, 117), ONB(231, 25)},
    [STYLE_ENDED] =     {RB, RB, ONB(7, 1), ONB(7, 1), ONB(231, 124), ONB(231, 124), ONB(231, 124)},
    [STYLE_BAR_GIL] =   {P,  F(5),  F(3),     F(5),     F(130),       ON(215, 237), ON(130, 254)},
    [STYLE_BAR_CPU] =   {P,  P,     F(2),     F(4),     F(28),        ON(114, 237), ON(28, 254)},
    [STYLE_BAR_GC] =    {P,  F(1),  F(5),     F(1),     F(97),        ON(176, 237), ON(133, 254)},
    [STYLE_BAR_SELF] =  {B,  F(1),  F(1),     F(1),     F(161),       F(209),       F(160)},
    [STYLE_BAR_TOTAL] = {D,  D,     D,        D,        F(243),       F(246),       F(241)},
    [STYLE_COLUMN] =    {R,  R,     ON(0, 6), ON(7, 4), ON(231, 24),  ON(252, 237), ON(236, 253)},
    [STYLE_SORTED] =    {RU, RU,    ON(0, 3), ONB(3, 4), ONB(222, 24), ONB(222, 237), ONB(88, 253)},
    [STYLE_HOT] =       {B,  FB(1), FB(1),    FB(1),    FB(161),      FB(209),      FB(160)},
    [STYLE_WARM] =      {P,  F(5),  F(3),     F(5),     F(130),       F(222),       F(130)},
    [STYLE_COOL] =      {P,  P,     P,        P,        P,            P,            P},
    [STYLE_SPECIAL] =   {D,  F(5),  F(5),     F(5),     F(97),        F(140),       F(91)},
    [STYLE_RISING] =    {B,  F(1),  F(3),     F(1),     F(161),       F(215),       F(160)},
    [STYLE_FALLING] =   {P,  F(5),  F(6),     F(4),     F(31),        F(80),        F(24)},
    [STYLE_HAS_GIL] =   {B,  F(5),  F(3),     F(5),     F(130),       F(215),       F(130)},
    [STYLE_RUNNING] =   {B,  B,     F(2),     F(4),     F(28),        F(114),       F(28)},
    [STYLE_WAITING] =   {P,  F(1),  FB(1),    F(1),     F(161),       F(210),       F(160)},
    [STYLE_IDLE] =      {D,  D,     D,        D,        F(243),       F(246),       F(241)},
    [STYLE_KEY] =       {B,  B,     FB(6),    FB(4),    FB(31),       FB(117),      FB(25)},
    [STYLE_MESSAGE] =   {B,  B,     FB(3),    FB(5),    FB(130),      FB(222),      FB(130)},
    [STYLE_ERROR] =     {RB, FB(1), FB(1),    FB(1),    FB(161),      FB(210),      FB(160)},
    [STYLE_SELECTED] =  {R,  R,     R,        R,        ON(231, 24),  ON(DEF, 238), ON(DEF, 189)},
};

#undef P
#undef B
#undef D
#undef R
#undef F

struct look theme_look(enum palette palette, unsigned style)
{
    struct look selected = LOOKS[STYLE_SELECTED][palette];
    struct look look = LOOKS[(style & ~STYLE_ON_SELECTION) % STYLES][palette];

    if (!(style & STYLE_ON_SELECTION))
        return look;
    selected.attributes |= look.attributes & LOOK_BOLD;
    if (selected.foreground == DEF && selected.background != DEF)
        selected.foreground = look.foreground;
    return selected;
}

static const char *const NAMES[THEMES] = {
    [THEME_AUTO] = "auto",
    [THEME_DARK] = "dark",
    [THEME_LIGHT] = "light",
    [THEME_NONE] = "none",
};

bool theme_parse(const char *name, enum theme *theme)
{
    for (unsigned i = 0; i < THEMES; i++) {
        if (strcmp(name, NAMES[i]) == 0) {
            *theme = (enum theme)i;
            return true;
        }
    }
    return false;
}

const char *theme_name(enum theme theme)
{
    return NAMES[theme];
}

enum background background_from_colorfgbg(const char *value)
{
    const char *last = value ? strrchr(value, ';') : NULL;
    char *end;

    if (!last)
        return BACKGROUND_UNKNOWN;
    long color = strtol(last + 1, &end, 10);
    if (end == last + 1 || *end || color < 0 || color > 15)
        return BACKGROUND_UNKNOWN;
    return color < 7 || color == 8 ? BACKGROUND_DARK : BACKGROUND_LIGHT;
}

enum background background_from_answer(const char *answer)
{
    unsigned part[3];
    int start[3], end[3];
    double level[3];

    if (sscanf(answer, "rgb:%n%4x%n/%n%4x%n/%n%4x%n", &start[0], &part[0], &end[0], &start[1],
               &part[1], &end[1], &start[2], &part[2], &end[2]) != 3)
        return BACKGROUND_UNKNOWN;
    for (int i = 0; i < 3; i++)
        level[i] = part[i] / (double)((1u << 4 * (end[i] - start[i])) - 1);

    double lightness = 0.299 * level[0] + 0.587 * level[1] + 0.114 * level[2];
    return lightness < 0.5 ? BACKGROUND_DARK : BACKGROUND_LIGHT;
}

enum palette theme_palette(enum theme theme, int colors, enum background background)
{
    if (theme == THEME_NONE || colors < 8)
        return PALETTE_NONE;
    if (theme == THEME_DARK)
        background = BACKGROUND_DARK;
    if (theme == THEME_LIGHT)
        background = BACKGROUND_LIGHT;

    /* With more than 256, numbers above 7 are no longer those of xterm's 256 colours. */
    enum palette first = colors == 256 ? PALETTE_256 : PALETTE_8;
    return (enum palette)(first + (int)background);
}
