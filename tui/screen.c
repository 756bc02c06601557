#include "tui/screen.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "tui/input.h"
#include "tui/keys.h"
#include "tui/signals.h"
#include "tui/terminal.h"
#include "tui/terminfo.h"
#include "tui/utf8.h"

#define ESCAPE_DELAY_MS 25
#define ANSWER_MS 1000 /* how long the terminal's answer is waited for */
#define LOOKS_MAX (2 * STYLES)
#define MARK_PASTES "\033[?2004h"
#define MARK_NO_PASTES "\033[?2004l"

struct screen {
    SCREEN *curses;
    WINDOW *keys;       /* a pad: reading keys from it refreshes nothing */
    struct input input; /* what is made of those keys */
    FILE *tty;          /* /dev/tty, when standard input is no terminal */
    int input_fd;
    struct termios settings_before;
    bool utf8, symbols;
    bool modern;        /* may be sent what is not in terminfo: others would print it */

    enum theme theme;
    enum palette palette;
    struct {
        attr_t attributes;
        short pair;
    } looks[LOOKS_MAX]; /* by style; the second half is for the selected row */

    struct grid shown;  /* what the terminal has */
    bool all_again;
    bool changed;       /* colours changed since screen_events() */
    bool given_back;    /* the terminal is as it was: stopped, and not to go on */

    bool asked;         /* the terminal was asked for its background, and has not answered */
    uint64_t asked_ns;  /* when */
};

/* --- opening ---------------------------------------------------------------------------------- */

static bool find_terminal(struct screen *screen, struct error *error)
{
    if (!isatty(STDOUT_FILENO))
        return error_set(error, ERROR_TERMINAL,
                         "standard output is not a terminal: --snapshot FILE works without one");
    screen->input_fd = STDIN_FILENO;
    if (!isatty(STDIN_FILENO)) {
        screen->tty = fopen("/dev/tty", "re");
        if (!screen->tty)
            return error_set(error, ERROR_TERMINAL, "no terminal to read keys from: %s",
                             strerror(errno));
        screen->input_fd = fileno(screen->tty);
    }
    if (tcgetattr(screen->input_fd, &screen->settings_before) != 0)
        return error_set(error, ERROR_TERMINAL, "the terminal cannot be used: %s", strerror(errno));
    return true;
}

/* Ctrl-C is a key like others: it may have to be confirmed. So is Ctrl-S: it would stop the screen,
   and then Ctrl-C did not end the program any more. */
static void take_control_keys(const struct screen *screen)
{
    struct termios settings;

    if (tcgetattr(screen->input_fd, &settings) != 0)
        return;
    settings.c_cc[VINTR] = _POSIX_VDISABLE;
    settings.c_iflag &= ~(tcflag_t)IXON;
    tcsetattr(screen->input_fd, TCSADRAIN, &settings);
    def_prog_mode();
}

static bool start_curses(struct screen *screen, struct error *error)
{
    screen->curses = newterm(NULL, stdout, screen->tty ? screen->tty : stdin);
    if (!screen->curses)
        return error_set(error, ERROR_TERMINAL,
                         "the terminal cannot be used: set TERM to its type");
    if (!getenv("ESCDELAY"))
        set_escdelay(ESCAPE_DELAY_MS);
    cbreak();
    noecho();
    nonl();
    take_control_keys(screen);
    curs_set(0);
    screen->keys = newpad(1, 1);
    if (!screen->keys) {
        endwin();
        return error_set(error, ERROR_MEMORY, "out of memory for the screen");
    }
    keypad(screen->keys, TRUE);
    keyok(KEY_MOUSE, FALSE); /* curses would leave the rest of a report among the keys */
    nodelay(screen->keys, TRUE);
    return true;
}

/* --- putting it back -------------------------------------------------------------------------- */

/* Makes ready what a crash does: plain colours, the other screen, the cursor, normal keys and
   pastes. */
static void guard_terminal(const struct screen *screen)
{
    static const char *const CAPABILITIES[] = {"sgr0", "op", "rmcup", "cnorm", "rmkx"};
    struct signals_restore restore = {.fd = STDOUT_FILENO, .settings = screen->settings_before};

    if (screen->modern)
        restore.length =
            (size_t)snprintf(restore.bytes, sizeof restore.bytes, MARK_NO_PASTES);
    for (size_t i = 0; i < sizeof CAPABILITIES / sizeof CAPABILITIES[0]; i++)
        restore.length = terminfo_append(CAPABILITIES[i], restore.bytes, restore.length,
                                         sizeof restore.bytes);
    signals_set_restore(&restore);
}

/* Sends what terminfo has no name for to a terminal that knows it, or ignores it. */
static bool send_bytes(const struct screen *screen, const char *bytes)
{
    return screen->modern &&
           write(STDOUT_FILENO, bytes, strlen(bytes)) == (ssize_t)strlen(bytes);
}

/* --- colours ---------------------------------------------------------------------------------- */

static attr_t attributes_of(unsigned look)
{
    attr_t attributes = A_NORMAL;

    if (look & LOOK_BOLD)
        attributes |= A_BOLD;
    if (look & LOOK_DIM)
        attributes |= A_DIM;
    if (look & LOOK_REVERSE)
        attributes |= A_REVERSE;
    if (look & LOOK_UNDERLINE)
        attributes |= A_UNDERLINE;
    return attributes;
}

static void set_looks(struct screen *screen, enum background background)
{
    int colors = has_colors() ? COLORS : 0;

    screen->palette = theme_palette(screen->theme, colors, background);
    for (unsigned i = 0; i < LOOKS_MAX; i++) {
        unsigned style = i < STYLES ? i : (i - STYLES) | STYLE_ON_SELECTION;
        struct look look = theme_look(screen->palette, style);

        screen->looks[i].attributes = attributes_of(look.attributes);
        screen->looks[i].pair = 0;
        if (look.foreground == COLOR_OF_TERMINAL && look.background == COLOR_OF_TERMINAL)
            continue;
        screen->looks[i].pair = (short)(i + 1);
        init_pair((short)(i + 1), look.foreground, look.background);
    }
}

/* Asks the terminal for its background; those that do not know the question ignore it. The answer
   comes among the keys. */
static void ask_background(struct screen *screen)
{
    screen->asked = send_bytes(screen, "\033]11;?\033\\");
    screen->asked_ns = clock_now_ns();
}

static void start_colors(struct screen *screen)
{
    const char *no_color = getenv("NO_COLOR");
    const char *wanted = getenv("TACHYON_TOP_THEME");
    const char *type = getenv("TERM");
    enum background background = background_from_colorfgbg(getenv("COLORFGBG"));

    if (screen->theme == THEME_AUTO && wanted)
        theme_parse(wanted, &screen->theme);
    if (screen->theme == THEME_AUTO && no_color && *no_color)
        screen->theme = THEME_NONE;
    if (screen->theme != THEME_NONE && has_colors()) {
        start_color();
        use_default_colors();
    }
    if (background == BACKGROUND_UNKNOWN && strncmp(type, "linux", 5) == 0)
        background = BACKGROUND_DARK;
    set_looks(screen, background);
    if (screen->theme == THEME_AUTO && background == BACKGROUND_UNKNOWN)
        ask_background(screen);
}

static void take_answer(struct screen *screen, const char *answer)
{
    enum background background = background_from_answer(answer);

    screen->asked = false;
    if (background == BACKGROUND_UNKNOWN || screen->theme != THEME_AUTO)
        return;
    set_looks(screen, background);
    screen_redraw(screen);
    screen->changed = true;
}

/* --- open and close --------------------------------------------------------------------------- */

/* The console of Linux has text as UTF-8, and not the signs for bars. */
static void set_characters(struct screen *screen)
{
    screen->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    screen->symbols = screen->utf8 && strncmp(getenv("TERM"), "linux", 5) != 0;
    screen->modern = tigetnum("colors") >= 256;
}

static bool take_terminal(struct screen *screen, int columns, int rows, struct error *error)
{
    int has_columns, has_rows;

    if (!find_terminal(screen, error))
        return false;
    if (terminal_size(STDOUT_FILENO, &has_columns, &has_rows) &&
        !terminal_is_enough(has_columns, has_rows, columns, rows, error))
        return false;
    if (!terminfo_check(STDOUT_FILENO, error))
        return false;
    if (!signals_catch(error))
        return false;
    if (!start_curses(screen, error)) {
        signals_release();
        return false;
    }
    if (!terminal_is_enough(COLS, LINES, columns, rows, error)) {
        endwin();
        signals_release();
        return false;
    }
    set_characters(screen);
    guard_terminal(screen);
    send_bytes(screen, MARK_PASTES);
    return true;
}

static void free_screen(struct screen *screen)
{
    if (screen->keys)
        delwin(screen->keys);
    if (screen->curses)
        delscreen(screen->curses);
    if (screen->tty)
        fclose(screen->tty);
    grid_free(&screen->shown);
    free(screen);
}

static input_read read_key_within;

struct screen *screen_open(enum theme theme, int columns, int rows, struct error *error)
{
    struct screen *screen = calloc(1, sizeof *screen);

    if (!screen) {
        error_set(error, ERROR_MEMORY, "out of memory for the screen");
        return NULL;
    }
    screen->input = (struct input){.read = read_key_within, .from = screen};
    screen->theme = theme;
    screen->all_again = true;
    if (!take_terminal(screen, columns, rows, error)) {
        free_screen(screen);
        return NULL;
    }
    start_colors(screen);
    return screen;
}

static bool has_input(const struct screen *screen, int wait_ms)
{
    struct pollfd input = {.fd = screen->input_fd, .events = POLLIN};

    return poll(&input, 1, wait_ms) > 0 && (input.revents & POLLHUP) == 0;
}

/* An answer that is still on its way would be typed into the shell. */
static void await_answer(struct screen *screen)
{
    const uint64_t until_ns = screen->asked_ns + ANSWER_MS * NS_PER_MS;
    uint64_t now_ns;

    while (screen->asked && (now_ns = clock_now_ns()) < until_ns) {
        if (!has_input(screen, (int)((until_ns - now_ns) / NS_PER_MS) + 1) ||
            screen_key(screen) == KEY_OF_NONE)
            break;
    }
}

/* Puts the terminal back. In the background, which is where a program is continued that was stopped
   while it had the terminal, that would stop it again. */
static void give_back(struct screen *screen)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction before;

    await_answer(screen);
    sigaction(SIGTTOU, &ignore, &before);
    send_bytes(screen, MARK_NO_PASTES);
    endwin();
    signals_set_restore(NULL);
    tcsetattr(screen->input_fd, TCSAFLUSH, &screen->settings_before);
    sigaction(SIGTTOU, &before, NULL);
}

void screen_close(struct screen *screen)
{
    if (!screen)
        return;
    if (!screen->given_back)
        give_back(screen);
    signals_release();
    free_screen(screen);
}

/* --- showing ---------------------------------------------------------------------------------- */

bool screen_fit(const struct screen *screen, struct grid *grid)
{
    grid->utf8 = screen->utf8;
    grid->symbols = screen->symbols;
    return grid_resize(grid, COLS, LINES);
}

static void set_cell(const struct screen *screen, const struct grid_cell *cell, cchar_t *to)
{
    bool selected = cell->style & STYLE_ON_SELECTION;
    unsigned style = cell->style & ~STYLE_ON_SELECTION;
    unsigned look = (style < STYLES ? style : 0u) + (selected ? STYLES : 0u);
    wchar_t characters[CCHARW_MAX + 1] = {0};
    const char *text = cell->text;
    int count = 0;

    while (*text && count < CCHARW_MAX)
        characters[count++] = (wchar_t)utf8_next(&text);
    setcchar(to, characters, screen->looks[look].attributes, screen->looks[look].pair, NULL);
}

static void show_row(const struct screen *screen, const struct grid *grid, int row)
{
    cchar_t line[GRID_SIDE_MAX];
    int count = 0;

    for (int column = 0; column < grid->columns; column++) {
        const struct grid_cell *cell = grid_at(grid, row, column);

        if (cell->columns > 0)
            set_cell(screen, cell, &line[count++]);
    }
    mvadd_wchnstr(row, 0, line, count);
}

static void show_cursor(const struct grid *grid)
{
    bool seen = grid->cursor_row >= 0 && grid->cursor_column < grid->columns;

    curs_set(seen ? 1 : 0);
    leaveok(stdscr, !seen);
    if (seen)
        move(grid->cursor_row, grid->cursor_column);
}

/* Gives curses the rows that changed; whether there are any. */
static bool show_rows(struct screen *screen, const struct grid *grid)
{
    size_t row_bytes = (size_t)grid->columns * sizeof *grid->cells;
    bool any = false;

    for (int row = 0; row < grid->rows; row++) {
        const struct grid_cell *from = grid_at(grid, row, 0);

        if (screen->shown.cells && !screen->all_again &&
            memcmp(grid_at(&screen->shown, row, 0), from, row_bytes) == 0)
            continue;
        show_row(screen, grid, row);
        if (screen->shown.cells)
            memcpy(grid_at(&screen->shown, row, 0), from, row_bytes);
        any = true;
    }
    return any;
}

void screen_show(struct screen *screen, const struct grid *grid)
{
    if (screen->shown.columns != grid->columns || screen->shown.rows != grid->rows) {
        grid_resize(&screen->shown, grid->columns, grid->rows);
        screen->all_again = true;
    }
    if (screen->all_again)
        clearok(curscr, TRUE);
    bool changed = show_rows(screen, grid);
    screen->all_again = false;
    show_cursor(grid);
    wnoutrefresh(stdscr);

    /* Curses writes piece by piece; a terminal that knows synchronized output shows them as one. */
    if (changed)
        send_bytes(screen, "\033[?2026h");
    doupdate();
    if (changed)
        send_bytes(screen, "\033[?2026l");
}

void screen_redraw(struct screen *screen)
{
    screen->all_again = true;
}

/* --- keys ------------------------------------------------------------------------------------- */

void screen_poll_fds(const struct screen *screen, struct pollfd fds[SCREEN_FDS])
{
    fds[0] = (struct pollfd){.fd = screen->input_fd, .events = POLLIN};
    fds[1] = (struct pollfd){.fd = signals_fd(), .events = POLLIN};
}

static int key_of_curses(wint_t code)
{
    static const struct {
        int curses;
        int key;
    } KEYS[] = {
        {KEY_UP, KEY_OF_UP},          {KEY_DOWN, KEY_OF_DOWN},
        {KEY_LEFT, KEY_OF_LEFT},      {KEY_RIGHT, KEY_OF_RIGHT},
        {KEY_PPAGE, KEY_OF_PAGE_UP},  {KEY_NPAGE, KEY_OF_PAGE_DOWN},
        {KEY_HOME, KEY_OF_HOME},      {KEY_END, KEY_OF_END},
        {KEY_A1, KEY_OF_HOME},        {KEY_C1, KEY_OF_END},
        {KEY_A3, KEY_OF_PAGE_UP},     {KEY_C3, KEY_OF_PAGE_DOWN},
        {KEY_FIND, KEY_OF_HOME},      {KEY_SELECT, KEY_OF_END},
        {KEY_ENTER, KEY_OF_ENTER},    {KEY_BACKSPACE, KEY_OF_BACKSPACE},
        {KEY_DC, KEY_OF_DELETE},      {KEY_BTAB, KEY_OF_BACK_TAB},
        {KEY_F(1), KEY_OF_F1},
    };

    for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++)
        if ((wint_t)KEYS[i].curses == code)
            return KEYS[i].key;
    return KEY_OF_NONE;
}

static int key_of_character(wint_t character)
{
    if (character == '\r')
        return KEY_OF_ENTER;
    if (character == 0x7F || character == KEY_CTRL('H'))
        return KEY_OF_BACKSPACE;
    return (int)character;
}

/* Reads one key; false when there is none. A key that has no use here is KEY_OF_NONE. */
static bool read_key(struct screen *screen, int *key)
{
    wint_t code;
    int result = wget_wch(screen->keys, &code);

    if (result == ERR)
        return false;
    *key = result == KEY_CODE_YES ? key_of_curses(code) : key_of_character(code);
    return true;
}

static bool read_key_within(void *from, int wait_ms, int *key)
{
    struct screen *screen = from;

    return read_key(screen, key) ||
           (wait_ms > 0 && has_input(screen, wait_ms) && read_key(screen, key));
}

int screen_key(struct screen *screen)
{
    int key = input_key(&screen->input);

    if (screen->input.answer[0])
        take_answer(screen, screen->input.answer);
    screen->input.answer[0] = 0;
    return key;
}

/* --- events ----------------------------------------------------------------------------------- */

static void follow_size(struct screen *screen)
{
    int columns, rows;

    if (terminal_size(STDOUT_FILENO, &columns, &rows))
        resizeterm(rows, columns);
    screen_redraw(screen);
}

/* Back in the foreground: whoever had the terminal meanwhile changed its settings and its screen,
   and may have got the end of what was being pasted. */
static void resume(struct screen *screen)
{
    guard_terminal(screen);
    reset_prog_mode();
    send_bytes(screen, MARK_PASTES);
    screen->input.pasting = false;
    follow_size(screen);
}

/* Stops here until it is continued. Gives the signals that came with that: one that ends the program
   may have come to the background, where the terminal is no longer its to take. */
static unsigned suspend(struct screen *screen)
{
    unsigned seen;

    send_bytes(screen, MARK_NO_PASTES);
    endwin();
    signals_set_restore(NULL);
    signals_stop_here();
    seen = signals_take() & ~(unsigned)SIGNALS_CONTINUED;
    screen->given_back = (seen & SIGNALS_QUIT) != 0;
    if (!screen->given_back)
        resume(screen);
    return seen;
}

static bool terminal_gone(const struct screen *screen)
{
    struct pollfd input = {.fd = screen->input_fd, .events = POLLIN};

    return poll(&input, 1, 0) > 0 && (input.revents & (POLLHUP | POLLERR | POLLNVAL));
}

/* What the signals seen ask for. */
static unsigned events_of(struct screen *screen, unsigned seen)
{
    unsigned events = 0;

    if (seen & SIGNALS_QUIT)
        return SCREEN_QUIT;
    if (seen & SIGNALS_STOP)
        return SCREEN_STOP;
    if (seen & SIGNALS_CONTINUED)
        resume(screen);
    if (seen & SIGNALS_RESIZED)
        follow_size(screen);
    if ((seen & (SIGNALS_CONTINUED | SIGNALS_RESIZED)) || screen->changed)
        events |= SCREEN_CHANGED;
    screen->changed = false;
    if (terminal_gone(screen))
        events |= SCREEN_QUIT;
    return events;
}

unsigned screen_events(struct screen *screen)
{
    return events_of(screen, signals_take());
}

unsigned screen_stop(struct screen *screen)
{
    return events_of(screen, suspend(screen)) | SCREEN_CHANGED;
}
