#include "choose.h"

#include <poll.h>
#include <stdlib.h>

#include "base/clock.h"
#include "discover/listing.h"
#include "tui/chooser.h"
#include "tui/keys.h"

enum {
    LOOK_EVERY_MS = 1000,
    LOOK_FIRST_MS = 300, /* until the second look, which first tells the CPU time used in between */
};

_Static_assert(CHOOSER_MARKS_MAX <= OPTIONS_PIDS_MAX, "all that is marked can be asked for");

struct choice {
    struct listing *listing;
    struct chooser *chooser;
    struct grid grid;
    uint64_t next_look_ns;
    uint64_t looks;
};

struct choice *choice_new(struct error *error)
{
    struct choice *choice = calloc(1, sizeof *choice);

    if (choice == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    choice->listing = listing_new(error);
    choice->chooser = choice->listing != NULL ? chooser_new(error) : NULL;
    if (choice->chooser != NULL)
        return choice;
    choice_free(choice);
    return NULL;
}

void choice_free(struct choice *choice)
{
    if (choice == NULL)
        return;
    chooser_free(choice->chooser);
    listing_free(choice->listing);
    grid_free(&choice->grid);
    free(choice);
}

static bool look(struct choice *choice, struct error *error)
{
    const struct listed *const *all;
    size_t count;

    if (!listing_look(choice->listing, error))
        return false;
    all = listing_all(choice->listing, &count);
    chooser_take(choice->chooser, all, count);
    choice->next_look_ns = clock_now_ns() +
                           (choice->looks++ == 0 ? LOOK_FIRST_MS : LOOK_EVERY_MS) * NS_PER_MS;
    return true;
}

static bool show(struct choice *choice, struct screen *screen, struct error *error)
{
    if (!screen_fit(screen, &choice->grid))
        return error_set(error, ERROR_MEMORY, "out of memory");
    chooser_draw(choice->chooser, &choice->grid);
    screen_show(screen, &choice->grid);
    return true;
}

static void wait_for_keys(struct choice *choice, struct screen *screen)
{
    const uint64_t now_ns = clock_now_ns();
    struct pollfd fds[SCREEN_FDS];

    screen_poll_fds(screen, fds);
    poll(fds, SCREEN_FDS,
         choice->next_look_ns > now_ns ? (int)((choice->next_look_ns - now_ns) / NS_PER_MS) + 1 : 0);
}

/* Takes the keys that were pressed; gives what they asked for. */
static unsigned take_keys(struct choice *choice, struct screen *screen)
{
    unsigned requests = 0;
    int key;

    while ((requests & (CHOOSER_OPEN | CHOOSER_QUIT)) == 0 &&
           (key = screen_key(screen)) != KEY_OF_NONE) {
        chooser_key(choice->chooser, key);
        requests |= chooser_requests(choice->chooser);
    }
    if ((requests & CHOOSER_REDRAW) != 0)
        screen_redraw(screen);
    return requests;
}

bool choice_make(struct choice *choice, struct screen *screen, struct options *options,
                 struct error *error)
{
    *error = (struct error){ERROR_NONE, ""};
    choice->next_look_ns = 0;
    screen_redraw(screen);
    for (;;) {
        unsigned requests, events;

        if (clock_now_ns() >= choice->next_look_ns && !look(choice, error))
            return false;
        if (!show(choice, screen, error))
            return false;
        wait_for_keys(choice, screen);
        requests = take_keys(choice, screen);
        events = screen_events(screen);
        if ((events & SCREEN_STOP) != 0)
            events = screen_stop(screen);
        if ((requests & CHOOSER_QUIT) != 0 || (events & SCREEN_QUIT) != 0)
            return false;
        if ((requests & CHOOSER_OPEN) != 0) {
            options->pid_count = chooser_chosen(choice->chooser, options->pids, options->started_ticks);
            return true;
        }
    }
}

void choice_tell(struct choice *choice, const struct error *error)
{
    chooser_tell(choice->chooser, error);
}
