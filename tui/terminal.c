#include "tui/terminal.h"

#include <fcntl.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tui/terminfo.h"

bool terminal_size(int fd, int *columns, int *rows)
{
    struct winsize size;

    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
        return false;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return true;
}

bool terminal_is_enough(int columns, int rows, int least_columns, int least_rows, struct error *error)
{
    if (columns >= least_columns && rows >= least_rows)
        return true;
    return error_set(error, ERROR_TERMINAL,
                     "the terminal is too small: %dx%d, and %dx%d is the least", columns, rows,
                     least_columns, least_rows);
}

static void without_screen(struct finding *finding)
{
    finding_without(finding, "attach, dump and --snapshot FILE need no terminal");
}

static void examine_size(int fd, int least_columns, int least_rows, struct finding *finding)
{
    struct error error;
    int columns, rows;

    finding->name = "terminal";
    if (!terminal_size(fd, &columns, &rows)) {
        finding_set(finding, MARK_NOTE, "it does not tell its size: that of its type is taken");
        finding_remedy(finding, "stty columns 100 rows 40, or what it has");
    } else if (terminal_is_enough(columns, rows, least_columns, least_rows, &error)) {
        finding_set(finding, MARK_OK, "%d columns by %d rows", columns, rows);
    } else {
        finding_set(finding, MARK_NO, "%s", error.text);
        finding_remedy(finding, "make the window larger, or its letters smaller");
        without_screen(finding);
    }
}

static void examine_type(int fd, struct finding *finding)
{
    struct error error;
    int colors;

    finding->name = "TERM";
    if (!terminfo_check(fd, &error)) {
        finding_set(finding, MARK_NO, "%s", error.text);
        finding_remedy(finding, "export TERM=xterm-256color, or install the package ncurses-term");
        without_screen(finding);
        return;
    }
    colors = terminfo_colors(fd);
    if (colors >= 8)
        finding_set(finding, MARK_OK, "%.60s, with %d colours", getenv("TERM"), colors);
    else
        finding_set(finding, MARK_NOTE, "%.60s, without colours: bold and reverse stand for them",
                    getenv("TERM"));
}

static void examine_characters(struct finding *finding)
{
    const char *codeset = nl_langinfo(CODESET);

    finding->name = "characters";
    if (strcmp(codeset, "UTF-8") == 0) {
        finding_set(finding, MARK_OK, "UTF-8");
        return;
    }
    finding_set(finding, MARK_NOTE, "%.40s, not UTF-8", codeset);
    finding_remedy(finding, "export LC_ALL=C.UTF-8");
    finding_without(finding, "bars and signs are drawn in ASCII, and other letters of names as ?");
}

size_t terminal_examine(int least_columns, int least_rows, struct finding findings[TERMINAL_FINDINGS])
{
    const bool is_output = isatty(STDOUT_FILENO) != 0;
    const int fd = is_output ? STDOUT_FILENO : open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

    if (fd < 0) {
        findings[0].name = "terminal";
        finding_set(&findings[0], MARK_NOTE, "there is none, and the live view needs one");
        finding_remedy(&findings[0], "start it from one: ssh -t, docker exec -it");
        without_screen(&findings[0]);
        return 1;
    }
    examine_size(fd, least_columns, least_rows, &findings[0]);
    examine_type(fd, &findings[1]);
    examine_characters(&findings[2]);
    if (!is_output)
        close(fd);
    return TERMINAL_FINDINGS;
}

bool terminal_takes_colors(void)
{
    const char *no_color = getenv("NO_COLOR");

    return isatty(STDOUT_FILENO) && (no_color == NULL || *no_color == '\0') &&
           terminfo_colors(STDOUT_FILENO) >= 8;
}
