#include "tests/unit/app_fixture.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#define TEXT_SIZE (512 * 1024)

struct app *app;
struct picture *picture;
struct grid grid;
uint64_t now_ns;

static struct fake_picture *fake;
static char text[TEXT_SIZE];

static void name_file(const struct app_description *description, char *name, size_t size)
{
    snprintf(name, size, "view-%d-%s.txt", description->picture->pid,
             description->view == APP_THREADS ? "threads" : "functions");
}

void take_picture(uint64_t tick)
{
    picture = fake_picture_at(fake, tick);
    now_ns = picture->taken_ns;
    app_picture(app, picture);
}

void set_size(int columns, int rows)
{
    grid.utf8 = true;
    grid.symbols = true;
    assert_true(grid_resize(&grid, columns, rows));
}

int begin(void **state)
{
    struct error error;

    (void)state;
    app = app_new(name_file, &error);
    fake = fake_picture_new(40, 6);
    set_size(100, 24);
    take_picture(100);
    return app && fake ? 0 : -1;
}

int end(void **state)
{
    (void)state;
    app_free(app);
    fake_picture_free(fake);
    grid_free(&grid);
    return 0;
}

void begin_without_picture(void)
{
    struct error error;

    app_free(app);
    app = app_new(name_file, &error);
    assert_non_null(app);
}

void press(int key)
{
    app_key(app, key);
}

void type(const char *keys)
{
    for (; *keys; keys++)
        press((unsigned char)*keys);
}

const char *screen(void)
{
    size_t length = 0;

    app_draw(app, &grid, now_ns);
    for (int row = 0; row < grid.rows; row++) {
        length += grid_row_text(&grid, row, text + length, sizeof text - length - 1);
        text[length++] = '\n';
    }
    text[length] = 0;
    return text;
}

const char *row_text(int row)
{
    static char line[ROW_SIZE];

    app_draw(app, &grid, now_ns);
    grid_row_text(&grid, row < 0 ? grid.rows + row : row, line, sizeof line);
    return line;
}

void assert_shows(const char *what)
{
    if (!strstr(screen(), what))
        fail_msg("not on the screen: %s\n%s", what, text);
}

void assert_hides(const char *what)
{
    if (strstr(screen(), what))
        fail_msg("on the screen: %s\n%s", what, text);
}

int selected_row(void)
{
    int found = -1;

    app_draw(app, &grid, now_ns);
    for (int row = FIRST_ROW; row < grid.rows - 1; row++) {
        bool marked = strcmp(grid_at(&grid, row, 0)->text, "▶") == 0;

        assert_int_equal(marked, (grid_at(&grid, row, 5)->style & STYLE_ON_SELECTION) != 0);
        if (marked) {
            assert_int_equal(found, -1);
            found = row;
        }
    }
    return found;
}

bool use_utf8(void)
{
    return setlocale(LC_ALL, "C.UTF-8") != NULL;
}
