#include "tui/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/keys.h"
#include "tui/pen.h"

static void open_prompt(struct app *app, enum prompt prompt, const char *text)
{
    app->prompt = prompt;
    app->prompt_error.code = ERROR_NONE;
    editor_set(&app->editor, text);
}

static void close_prompt(struct app *app)
{
    app->prompt = PROMPT_NONE;
}

/* --- the filter ------------------------------------------------------------------------------- */

void prompt_filter(struct app *app)
{
    open_prompt(app, PROMPT_FILTER, app->filter_text);
    snprintf(app->filter_before, sizeof app->filter_before, "%s", app->filter_text);
    app->place_before = *app_place(app);
}

/* The text changed: filters at once; what is no filter is told, and the one before stays. */
static void filter_changed(struct app *app)
{
    app->prompt_error.code = ERROR_NONE;
    app_set_filter(app, app->editor.text, &app->prompt_error);
}

static void filter_enter(struct app *app)
{
    if (app->prompt_error.code == ERROR_NONE)
        close_prompt(app);
}

static void filter_escape(struct app *app)
{
    struct error error;

    close_prompt(app);
    if (!app_set_filter(app, app->filter_before, &error))
        app_show_error(app, &error);
    *app_place(app) = app->place_before;
}

/* --- saving ----------------------------------------------------------------------------------- */

void prompt_save(struct app *app)
{
    struct app_description description;
    char name[128];

    if (app_waits(app)) {
        app_say(app, STYLE_MESSAGE, "There is nothing to save yet");
        return;
    }
    app_describe(app, &description);
    app->name_file(&description, name, sizeof name);
    open_prompt(app, PROMPT_SAVE, name);
}

static void request_save(struct app *app, bool replace)
{
    close_prompt(app);
    app->save_replaces = replace;
    app->requests |= APP_SAVE;
}

static void save_enter(struct app *app)
{
    const char *typed = app->editor.text;
    const char *home = getenv("HOME");
    int length;

    if (typed[strspn(typed, " ")] == '\0')
        return;
    if (strncmp(typed, "~/", 2) == 0 && home)
        length = snprintf(app->save_path, sizeof app->save_path, "%s%s", home, typed + 1);
    else
        length = snprintf(app->save_path, sizeof app->save_path, "%s", typed);
    if (length < (int)sizeof app->save_path)
        request_save(app, false);
    else
        error_set(&app->prompt_error, ERROR_FILE, "too long");
}

static void save_changed(struct app *app)
{
    app->prompt_error.code = ERROR_NONE;
}

void prompt_replace(struct app *app)
{
    open_prompt(app, PROMPT_REPLACE, "");
}

static bool replace_key(struct app *app, int key)
{
    if (key == 'y' || key == 'Y')
        request_save(app, true);
    if (key == 'n' || key == 'N')
        open_prompt(app, PROMPT_SAVE, app->save_path);
    return key != KEY_CTRL('C');
}

/* --- ending the program ------------------------------------------------------------------------ */

void prompt_end(struct app *app)
{
    open_prompt(app, app->program_asked ? PROMPT_KILL : PROMPT_END, "");
}

/* Who presses Ctrl-C again means it; but killing is confirmed by who has read the question. */
static bool end_key(struct app *app, int key)
{
    if (key == 'y' || key == 'Y' || (key == KEY_CTRL('C') && app->prompt == PROMPT_END)) {
        close_prompt(app);
        app->program_asked = true;
        app->requests |= APP_END;
        app_say(app, STYLE_MESSAGE, "The program was asked to end");
    }
    if (key == 'n' || key == 'N')
        close_prompt(app);
    return true;
}

/* --- all -------------------------------------------------------------------------------------- */

static const struct {
    const char *question;
    const char *hint;
    bool (*key)(struct app *app, int key); /* instead of the editor */
    void (*changed)(struct app *app);
    void (*enter)(struct app *app);
    void (*escape)(struct app *app);
} PROMPTS_TABLE[PROMPTS] = {
    [PROMPT_FILTER] = {"Filter: ", "Enter keeps it, Esc goes back; /regex/", NULL, filter_changed,
                       filter_enter, filter_escape},
    [PROMPT_SAVE] = {"Save as: ", "Enter saves, Esc cancels; .txt .csv .json", NULL, save_changed,
                     save_enter, close_prompt},
    [PROMPT_REPLACE] = {"The file exists. Replace it? ", "y yes, n another name, Esc cancels",
                        replace_key, NULL, NULL, close_prompt},
    [PROMPT_END] = {"The program runs. End it and quit? ", "y yes, n no", end_key, NULL, NULL, close_prompt},
    [PROMPT_KILL] = {"It was asked to end, and still runs. Kill it? ", "y yes, n no", end_key, NULL, NULL,
                     close_prompt},
};

bool prompt_takes_text(const struct app *app)
{
    return app->prompt != PROMPT_NONE && !PROMPTS_TABLE[app->prompt].key;
}

bool prompt_key(struct app *app, int key)
{
    bool changed;

    if (key == KEY_OF_ESCAPE) {
        PROMPTS_TABLE[app->prompt].escape(app);
        return true;
    }
    if (PROMPTS_TABLE[app->prompt].key)
        return PROMPTS_TABLE[app->prompt].key(app, key);
    if (key == KEY_OF_ENTER) {
        PROMPTS_TABLE[app->prompt].enter(app);
        return true;
    }
    if (!editor_key(&app->editor, key, &changed))
        return false;
    if (changed)
        PROMPTS_TABLE[app->prompt].changed(app);
    return true;
}

void prompt_draw(const struct app *app, struct grid *grid, int row)
{
    struct pen pen = pen_at(grid, row, 1, grid->columns - 1);
    bool wrong = app->prompt_error.code != ERROR_NONE;
    const char *hint = wrong ? app->prompt_error.text : PROMPTS_TABLE[app->prompt].hint;
    int hint_columns = pen_columns(&pen, hint);

    pen_text(&pen, STYLE_KEY, PROMPTS_TABLE[app->prompt].question);

    /* The hint gives way to what is typed, an error only to half of the line. */
    int room = pen_room(&pen);
    int typed = pen_columns(&pen, app->editor.text) + 2;
    int most = room - typed > room / 2 || !wrong ? room - typed : room / 2;
    if (hint_columns <= most || wrong) {
        int width = hint_columns < most ? hint_columns : most;
        struct pen right = pen_at(grid, row, grid->columns - width - 1, width);

        pen_cut(&right, wrong ? STYLE_ERROR : STYLE_DIM, hint, width, CUT_END);
        pen.end -= width + 2;
    }
    editor_draw(&app->editor, &pen);
}
