#include "tui/terminfo.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>

static bool is_there(const char *capability)
{
    return capability && capability != (const char *)-1;
}

bool terminfo_check(int fd, struct error *error)
{
    const char *type = getenv("TERM");
    int result;

    if (!type || !*type)
        return error_set(error, ERROR_TERMINAL, "TERM is not set: it names the terminal's type");
    if (setupterm(type, fd, &result) != OK)
        return error_set(error, ERROR_TERMINAL,
                         "the terminal type %.60s is not known here: set TERM to one that is, or "
                         "install the package ncurses-term", type);
    bool placed = is_there(tigetstr("cup"));
    del_curterm(cur_term);
    if (!placed)
        return error_set(error, ERROR_TERMINAL,
                         "a terminal of type %.60s cannot place its cursor: set TERM if it is "
                         "another", type);
    return true;
}

int terminfo_colors(int fd)
{
    const char *type = getenv("TERM");
    int result, colors;

    if (!type || !*type || setupterm(type, fd, &result) != OK)
        return 0;
    colors = tigetnum("colors");
    del_curterm(cur_term);
    return colors > 0 ? colors : 0;
}

size_t terminfo_append(const char *name, char *bytes, size_t length, size_t size)
{
    const char *text = tigetstr(name);

    if (!is_there(text))
        return length;
    while (*text && length < size) {
        if (text[0] == '$' && text[1] == '<') { /* "$<5>" waits for 5 ms */
            text += strcspn(text, ">");
            text += *text == '>';
        } else {
            bytes[length++] = *text++;
        }
    }
    return length;
}
