/*
 * fake_app - the live view on a target that does not exist: for looking at the screen, and for
 * tests of it that need no Python. Usage: fake_app [FUNCTIONS [THREADS [END]]], where END is the
 * tick at which the target ends.
 */
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tests/tui/fake_picture.h"
#include "tui/app.h"
#include "tui/keys.h"
#include "tui/screen.h"

static void name_file(const struct app_description *description, char *name, size_t size)
{
    static const char *const VIEWS[APP_VIEWS] = {"functions", "threads"};

    snprintf(name, size, "tachyon-top-%d-%s.txt", description->picture->pid,
             VIEWS[description->view]);
}

static void save(struct app *app)
{
    FILE *file = fopen(app_save_path(app), app_save_replaces(app) ? "we" : "wxe");
    struct error error;

    if (file) {
        fclose(file);
        app_saved(app, NULL);
    } else {
        error_set(&error, app_save_replaces(app) ? ERROR_FILE : ERROR_EXISTS, "cannot write %s",
                  app_save_path(app));
        app_saved(app, &error);
    }
}

static bool handle_keys(struct app *app, struct screen *screen)
{
    int key;

    while ((key = screen_key(screen)) != KEY_OF_NONE) {
        app_key(app, key);
        unsigned requests = app_requests(app);
        if (requests & APP_SAVE)
            save(app);
        if (requests & APP_REDRAW)
            screen_redraw(screen);
        if (requests & APP_QUIT)
            return false;
    }
    return true;
}

static int wait_ms(const struct app *app)
{
    return app_wants_picture(app) ? (int)(app_refresh_ns(app) / NS_PER_MS) : 500;
}

static void run(struct app *app, struct screen *screen, struct fake_picture *fake, uint64_t end)
{
    struct grid grid = {0};
    struct pollfd fds[SCREEN_FDS];
    uint64_t next_ns = 0;
    uint64_t first_ns = clock_now_ns();
    bool quit = !screen_fit(screen, &grid);

    while (!quit) {
        uint64_t now_ns = clock_now_ns();

        if (app_wants_picture(app) && now_ns >= next_ns) {
            uint64_t tick = (now_ns - first_ns) / (NS_PER_S / 4);
            struct picture *picture = fake_picture_at(fake, tick);

            picture->ended = tick >= end;
            picture->end_text = picture->ended ? "the process ended" : "";
            app_picture(app, picture);
            next_ns = now_ns + app_refresh_ns(app);
        }
        app_draw(app, &grid, now_ns);
        screen_show(screen, &grid);

        screen_poll_fds(screen, fds);
        poll(fds, SCREEN_FDS, wait_ms(app));
        quit = !handle_keys(app, screen);
        unsigned events = screen_events(screen);

        if (events & SCREEN_STOP)
            events = screen_stop(screen);
        if (events & SCREEN_CHANGED)
            quit = quit || !screen_fit(screen, &grid);
        quit = quit || (events & SCREEN_QUIT);
    }
    grid_free(&grid);
}

static size_t argument(int argc, char **argv, int index, size_t otherwise)
{
    return argc > index ? strtoul(argv[index], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    struct error error;

    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
    struct screen *screen = screen_open(THEME_AUTO, APP_COLUMNS_MIN, APP_ROWS_MIN, &error);
    struct app *app = screen ? app_new(name_file, &error) : NULL;
    if (!app) {
        screen_close(screen);
        fprintf(stderr, "fake_app: %s\n", error.text);
        return 1;
    }
    struct fake_picture *fake =
        fake_picture_new(argument(argc, argv, 1, 60), argument(argc, argv, 2, 14));
    run(app, screen, fake, argument(argc, argv, 3, SIZE_MAX));
    screen_close(screen);
    app_free(app);
    fake_picture_free(fake);
    return 0;
}
