/*
 * chooser - the list of Python processes to choose from, without a terminal: it takes keys and listings, and draws into a
 * grid.
 *
 * As app.h, it does no input or output, and asks its caller for what that is to do. One thread, the main one.
 */
#ifndef TUI_CHOOSER_H
#define TUI_CHOOSER_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "discover/listing.h"
#include "tui/grid.h"

#define CHOOSER_MARKS_MAX 256u

struct chooser;

/* Without a list yet; NULL: out of memory. */
struct chooser *chooser_new(struct error *error);
void chooser_free(struct chooser *chooser);

/* Takes what listing_all() gave, of which it shows the Pythons; it is lent until the next call. */
void chooser_take(struct chooser *chooser, const struct listed *const *all, size_t count);

/* A key was pressed, see keys.h. */
void chooser_key(struct chooser *chooser, int key);

void chooser_draw(struct chooser *chooser, struct grid *grid);

enum chooser_request {
    CHOOSER_OPEN = 1,   /* those of chooser_chosen() */
    CHOOSER_QUIT = 2,
    CHOOSER_REDRAW = 4, /* send the whole screen again */
};

/* What keys asked for since the last call: bits of enum chooser_request. */
unsigned chooser_requests(struct chooser *chooser);

/* The ids of the processes to open, and when they began, as an id may be another's by then: those marked, else the
   selected one. Gives their number. */
size_t chooser_chosen(const struct chooser *chooser, int32_t pids[CHOOSER_MARKS_MAX],
                      uint64_t started_ticks[CHOOSER_MARKS_MAX]);

/* Writes the keys as a part of a man page. */
void chooser_write_man(FILE *file);

/* Shows why something did not work, until the next key. */
void chooser_tell(struct chooser *chooser, const struct error *error);

#endif
