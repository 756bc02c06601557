/* theme: every role can be read on every background it is for, and the background is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>

#include <cmocka.h>

#include "tui/theme.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define CONTRAST_OF_TEXT 3.5
#define CONTRAST_SELECTED 3.0

struct rgb {
    double red, green, blue;
};

static const struct rgb BLACK = {0, 0, 0};
static const struct rgb DARK_GREY = {0x1c, 0x1c, 0x1c};
static const struct rgb WHITE = {255, 255, 255};

/* xterm's 256 colours. */
static struct rgb rgb_of(int color)
{
    static const double LEVELS[] = {0, 95, 135, 175, 215, 255};
    static const struct rgb BASIC[] = {
        {0, 0, 0},   {205, 0, 0},   {0, 205, 0},   {205, 205, 0},
        {0, 0, 238}, {205, 0, 205}, {0, 205, 205}, {229, 229, 229},
    };

    assert_in_range(color, 0, 255);
    assert_false(color >= 8 && color < 16); /* differ too much between terminals */
    if (color < 8)
        return BASIC[color];
    if (color >= 232)
        return (struct rgb){8 + 10 * (color - 232), 8 + 10 * (color - 232), 8 + 10 * (color - 232)};
    color -= 16;
    return (struct rgb){LEVELS[color / 36], LEVELS[color / 6 % 6], LEVELS[color % 6]};
}

static double linear(double value)
{
    value /= 255;
    return value <= 0.03928 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static double luminance(struct rgb color)
{
    return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue);
}

/* As the WCAG defines it: 1 for equal colours, 21 for black on white. */
static double contrast(struct rgb a, struct rgb b)
{
    double lighter = fmax(luminance(a), luminance(b));
    double darker = fmin(luminance(a), luminance(b));

    return (lighter + 0.05) / (darker + 0.05);
}

static void check_look(struct look look, struct rgb background, double least, const char *what)
{
    if (look.foreground == COLOR_OF_TERMINAL)
        return; /* the terminal's own pair, or its foreground on a shade of its background */
    if (look.background != COLOR_OF_TERMINAL)
        background = rgb_of(look.background);
    double found = contrast(rgb_of(look.foreground), background);
    if (found < least)
        fail_msg("%s: colour %d on %d has a contrast of %.2f", what, look.foreground,
                 look.background, found);
}

static void every_role_can_be_read(void **state)
{
    static const struct {
        enum palette palette;
        const struct rgb *background;
        const char *name;
    } CASES[] = {
        {PALETTE_256_DARK, &BLACK, "dark"},   {PALETTE_256_DARK, &DARK_GREY, "dark grey"},
        {PALETTE_256_LIGHT, &WHITE, "light"}, {PALETTE_256, &BLACK, "unknown, black"},
        {PALETTE_256, &WHITE, "unknown, white"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        for (unsigned style = 0; style < STYLES; style++) {
            char what[64];

            snprintf(what, sizeof what, "%s, style %u", CASES[i].name, style);
            check_look(theme_look(CASES[i].palette, style), *CASES[i].background,
                       style >= STYLE_BAR_GIL && style <= STYLE_BAR_TOTAL ? 3 : CONTRAST_OF_TEXT,
                       what);
            if (theme_look(CASES[i].palette, style).background != COLOR_OF_TERMINAL)
                continue; /* such are no part of a row */
            check_look(theme_look(CASES[i].palette, style | STYLE_ON_SELECTION),
                       *CASES[i].background, CONTRAST_SELECTED, what);
        }
    }
}

static void no_colours_are_none(void **state)
{
    (void)state;
    for (unsigned style = 0; style < STYLES; style++) {
        struct look look = theme_look(PALETTE_NONE, style);

        assert_int_equal(look.foreground, COLOR_OF_TERMINAL);
        assert_int_equal(look.background, COLOR_OF_TERMINAL);
    }
    /* What colour tells elsewhere is told by attributes. */
    assert_int_not_equal(theme_look(PALETTE_NONE, STYLE_HOT).attributes, 0);
    assert_int_not_equal(theme_look(PALETTE_NONE, STYLE_FROZEN).attributes, 0);
    assert_int_not_equal(theme_look(PALETTE_NONE, STYLE_TEXT | STYLE_ON_SELECTION).attributes, 0);
}

static void eight_colours_keep_to_eight(void **state)
{
    (void)state;
    for (unsigned palette = PALETTE_8; palette <= PALETTE_8_LIGHT; palette++) {
        for (unsigned style = 0; style < STYLES; style++) {
            struct look look = theme_look((enum palette)palette, style);

            assert_in_range(look.foreground + 1, 0, 8);
            assert_in_range(look.background + 1, 0, 8);
        }
    }
}

static void palette_follows_terminal(void **state)
{
    (void)state;
    assert_int_equal(theme_palette(THEME_AUTO, 0, BACKGROUND_DARK), PALETTE_NONE);
    assert_int_equal(theme_palette(THEME_NONE, 256, BACKGROUND_DARK), PALETTE_NONE);
    assert_int_equal(theme_palette(THEME_AUTO, 8, BACKGROUND_UNKNOWN), PALETTE_8);
    assert_int_equal(theme_palette(THEME_AUTO, 16, BACKGROUND_DARK), PALETTE_8_DARK);
    assert_int_equal(theme_palette(THEME_AUTO, 256, BACKGROUND_UNKNOWN), PALETTE_256);
    assert_int_equal(theme_palette(THEME_AUTO, 256, BACKGROUND_LIGHT), PALETTE_256_LIGHT);
    assert_int_equal(theme_palette(THEME_LIGHT, 256, BACKGROUND_DARK), PALETTE_256_LIGHT);
    assert_int_equal(theme_palette(THEME_DARK, 8, BACKGROUND_UNKNOWN), PALETTE_8_DARK);
    /* Direct colours: only the first eight numbers mean what they do elsewhere. */
    assert_int_equal(theme_palette(THEME_AUTO, 1 << 24, BACKGROUND_DARK), PALETTE_8_DARK);
}

static void background_is_found(void **state)
{
    (void)state;
    assert_int_equal(background_from_colorfgbg(NULL), BACKGROUND_UNKNOWN);
    assert_int_equal(background_from_colorfgbg(""), BACKGROUND_UNKNOWN);
    assert_int_equal(background_from_colorfgbg("15;0"), BACKGROUND_DARK);
    assert_int_equal(background_from_colorfgbg("0;15"), BACKGROUND_LIGHT);
    assert_int_equal(background_from_colorfgbg("12;default;8"), BACKGROUND_DARK);
    assert_int_equal(background_from_colorfgbg("0;7"), BACKGROUND_LIGHT);
    assert_int_equal(background_from_colorfgbg("0;default"), BACKGROUND_UNKNOWN);
    assert_int_equal(background_from_colorfgbg("0;99"), BACKGROUND_UNKNOWN);

    assert_int_equal(background_from_answer("rgb:1e1e/1e1e/1e1e"), BACKGROUND_DARK);
    assert_int_equal(background_from_answer("rgb:fdfd/f6f6/e3e3"), BACKGROUND_LIGHT);
    assert_int_equal(background_from_answer("rgb:ff/ff/ff"), BACKGROUND_LIGHT);
    assert_int_equal(background_from_answer("rgb:0/0/0"), BACKGROUND_DARK);
    assert_int_equal(background_from_answer("rgb:"), BACKGROUND_UNKNOWN);
    assert_int_equal(background_from_answer("rgb:12/zz/00"), BACKGROUND_UNKNOWN);
    assert_int_equal(background_from_answer(""), BACKGROUND_UNKNOWN);
}

static void themes_have_names(void **state)
{
    enum theme theme = THEME_AUTO;

    (void)state;
    for (unsigned i = 0; i < THEMES; i++) {
        assert_true(theme_parse(theme_name((enum theme)i), &theme));
        assert_int_equal(theme, i);
    }
    assert_false(theme_parse("solarized", &theme));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_role_can_be_read),      cmocka_unit_test(no_colours_are_none),
        cmocka_unit_test(eight_colours_keep_to_eight), cmocka_unit_test(palette_follows_terminal),
        cmocka_unit_test(background_is_found),         cmocka_unit_test(themes_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
