/*
 * golden - compares a grid with the text of a file in tests/tui/golden, line by line.
 *
 * With UPDATE_GOLDEN=1 in the environment the files are written instead; look at the difference
 * before it is committed.
 */
#ifndef TESTS_TUI_GOLDEN_H
#define TESTS_TUI_GOLDEN_H

#include "tui/grid.h"

/* Fails the running test of cmocka when the grid differs from golden/NAME.txt. */
void golden_check(const struct grid *grid, const char *name);

#endif
