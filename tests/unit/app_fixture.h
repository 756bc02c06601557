/*
 * app_fixture - a live view on a target that does not exist, to be used by keys and looked at.
 * All of it is made anew for each test.
 */
#ifndef TESTS_APP_FIXTURE_H
#define TESTS_APP_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "tests/tui/fake_picture.h"
#include "tui/app.h"
#include "tui/keys.h"
#include "tui/theme.h"

#define ROW_SIZE 4096 /* bytes of a row as text */
#define FIRST_ROW 4   /* of the table, on the screen */

extern struct app *app;
extern struct picture *picture; /* the one that is shown: 40 functions on 6 threads */
extern struct grid grid;        /* 100 columns, 24 rows */
extern uint64_t now_ns;

/* For cmocka, around each test. */
int begin(void **state);
int end(void **state);
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

/* Another app instead, as it is before its first picture. */
void begin_without_picture(void);

/* The target goes on: a quarter of a second for each tick. */
void take_picture(uint64_t tick);

void set_size(int columns, int rows);

/* Presses a key, or those that type a text. */
void press(int key);
void type(const char *keys);

/* Draws, and gives the whole screen, or one of its rows, as text; from the last when below 0. */
const char *screen(void);
const char *row_text(int row);

void assert_shows(const char *what);
void assert_hides(const char *what);

/* The row of the screen that is selected; -1 when none is. */
int selected_row(void);

/* For main(): whether there is UTF-8 here to test with. */
bool use_utf8(void);

#endif
