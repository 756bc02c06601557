/*
 * fake_picture - a picture of a target that does not exist, for tests of the screen.
 *
 * What it shows depends only on the tick asked for, so that a test can expect it to the letter.
 */
#ifndef TESTS_TUI_FAKE_PICTURE_H
#define TESTS_TUI_FAKE_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "tally/picture.h"

#define FAKE_STARTED_NS (1000 * 1000000000ull) /* when the target began */

struct fake_picture;

/* A target with so many functions (at least 16), besides ‹native›, and threads (at least 4). */
struct fake_picture *fake_picture_new(size_t functions, size_t threads);
void fake_picture_free(struct fake_picture *fake);

/* The picture at a tick of a quarter of a second; the same memory each time. */
struct picture *fake_picture_at(struct fake_picture *fake, uint64_t tick);

#endif
