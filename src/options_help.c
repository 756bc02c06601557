#include <ctype.h>
#include <string.h>

#include "options.h"
#include "options_table.h"

#define HELP_WIDTH 79
#define HELP_INDENT 26 /* where the text of an option or command begins */
#define NOTES_SIZE 1024
#define WIDE_BOUND 1000 /* bounds beyond this are not worth telling */

/* A text put together piece by piece, cut when it is full. */
struct notes {
    char text[NOTES_SIZE];
    size_t length;
};

static void append(struct notes *notes, const char *text)
{
    size_t length = strlen(text), room = sizeof notes->text - 1 - notes->length;

    length = length < room ? length : room;
    memcpy(notes->text + notes->length, text, length);
    notes->length += length;
    notes->text[notes->length] = '\0';
}

static void append_separator(struct notes *notes, const char *separator)
{
    if (notes->length)
        append(notes, separator);
}

/* The words that an option takes, "wall, cpu, gil"; nothing for one that takes any. */
static void append_words(struct notes *notes, const struct option_row *row)
{
    if (row->kind == KIND_SORT) {
        for (enum view_kind view = 0; view < VIEW_KINDS; view++) {
            size_t count;
            const struct view_sort *sorts = view_sorts(view, &count);

            append(notes, view ? "; of " : "of ");
            append(notes, VIEW_KIND_WORDS[view]);
            for (size_t i = 0; i < count; i++) {
                append(notes, i ? ", " : ": ");
                append(notes, sorts[i].word);
            }
        }
        return;
    }
    for (size_t i = 0; row->kind == KIND_WORD && row->words[i]; i++) {
        append(notes, i ? ", " : "");
        append(notes, row->words[i]);
    }
}

/* The commands of a set, "the live view and attach". */
static void append_commands(struct notes *notes, unsigned commands)
{
    const char *separator = "";
    unsigned after;

    for (enum options_command i = 0; i < COMMANDS; i++)
        if (commands & 1u << i) {
            append(notes, separator);
            append(notes, COMMAND_ROWS[i].name[0] ? COMMAND_ROWS[i].name : "the live view");
            after = commands >> (i + 1);
            separator = after & (after - 1) ? ", " : " and "; /* more than one of them? */
        }
}

/* The bounds of a number, "1 to 60", where they are narrow enough to be met. */
static void append_bounds(struct notes *notes, const struct option_row *row)
{
    char bounds[64];

    if (row->kind != KIND_SECONDS || row->most >= WIDE_BOUND)
        return;
    snprintf(bounds, sizeof bounds, "%g to %g", row->least, row->most);
    append(notes, bounds);
}

static bool has_value(const struct option_row *row)
{
    return row->value && row->value[0];
}

/* --- help ----------------------------------------------------------------------------------- */

/* Writes words from column `at` on, continued on further lines from column `indent` on. */
static void write_wrapped(FILE *stream, const char *text, size_t at, size_t indent)
{
    if (at < indent)
        fprintf(stream, "%*s", (int)(indent - at), "");
    at = at < indent ? indent : at;
    while (*text) {
        size_t word = strcspn(text, " ");

        if (at > indent && at + 1 + word > HELP_WIDTH) {
            fprintf(stream, "\n%*s", (int)indent, "");
            at = indent;
        } else if (at > indent) {
            putc(' ', stream);
            at++;
        }
        fprintf(stream, "%.*s", (int)word, text);
        at += word;
        text += word + strspn(text + word, " ");
    }
    putc('\n', stream);
}

/* An option with what the rest of its row says, in brackets. */
static void write_option(FILE *stream, const struct option_row *row, bool of_one_command)
{
    struct notes notes = {.length = 0}, all = {.length = 0};
    char letter[5] = "    ";
    int length;

    if (row->letter)
        snprintf(letter, sizeof letter, "-%c, ", row->letter);
    length = fprintf(stream, "  %s--%s%s%s", letter, row->name, row->argument ? " " : "",
                     row->argument ? row->argument : "");
    append_words(&notes, row);
    append_bounds(&notes, row);
    if (has_value(row)) {
        append_separator(&notes, "; ");
        append(&notes, "default: ");
        append(&notes, row->value);
    }
    if (!of_one_command && row->commands != FOR_ALL) {
        append_separator(&notes, "; ");
        append(&notes, "for ");
        append_commands(&notes, row->commands);
    }
    append(&all, row->help);
    if (notes.length) {
        append(&all, " [");
        append(&all, notes.text);
        append(&all, "]");
    }
    if (length >= HELP_INDENT) {
        putc('\n', stream);
        length = 0;
    }
    write_wrapped(stream, all.text, (size_t)length, HELP_INDENT);
}

static void write_options(FILE *stream, unsigned commands, bool of_one_command)
{
    for (enum option_group group = 0; group < OPTION_GROUPS; group++) {
        bool titled = false;

        for (size_t i = 0; i < OPTION_COUNT; i++) {
            const struct option_row *row = &OPTION_ROWS[i];

            if (row->group != group || !(row->commands & commands))
                continue;
            if (!titled)
                fprintf(stream, "\n%s:\n", OPTION_GROUP_TITLES[group]);
            titled = true;
            write_option(stream, row, of_one_command);
        }
    }
}

static void write_usage(FILE *stream, const char *title, enum options_command command)
{
    const char *name = COMMAND_ROWS[command].name;

    fprintf(stream, "%s " PROGRAM "%s%s [OPTIONS] %s\n", title, name[0] ? " " : "", name,
            COMMAND_ROWS[command].words);
}

static void write_all_help(FILE *stream)
{
    for (enum options_command i = 0; i < COMMANDS; i++)
        write_usage(stream, i ? "      " : "Usage:", i);
    fputs("\nLook into a running Python process, without stopping or changing it.\n\nCommands:\n",
          stream);
    for (enum options_command i = 0; i < COMMANDS; i++) {
        int length = fprintf(stream, "  %s",
                             COMMAND_ROWS[i].name[0] ? COMMAND_ROWS[i].name : "(none)");

        write_wrapped(stream, COMMAND_ROWS[i].help, (size_t)length, HELP_INDENT);
    }
    write_options(stream, FOR_ALL, false);
    fputs("\nExit status: 0 done, 1 it could not be done, 2 wrong usage.\n", stream);
}

void options_write_help(FILE *stream, const struct options *options)
{
    if (!options->command_given) {
        write_all_help(stream);
        return;
    }
    write_usage(stream, "Usage:", options->command);
    putc('\n', stream);
    write_wrapped(stream, COMMAND_ROWS[options->command].more, 0, 0);
    write_options(stream, 1u << options->command, true);
}

/* --- the man page --------------------------------------------------------------------------- */

/* Words as text of man(7): a line of its own that begins no macro. */
static void write_man_text(FILE *stream, const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", stream);
    for (; *text; text++) {
        if (*text == '\\')
            fputs("\\e", stream);
        else if (*text == '-')
            fputs("\\-", stream);
        else if (text[0] == '.' && text[1] == ' ') {
            /* A sentence begins on a line of its own. */
            fputs(".\n", stream);
            text++;
        } else
            putc(*text, stream);
    }
}

/* Words as one sentence. */
static void write_man_sentence(FILE *stream, const char *text)
{
    putc(toupper((unsigned char)text[0]), stream);
    write_man_text(stream, text + 1);
    fputs(".\n", stream);
}

/* A word in which hyphens are to be typed as they stand. */
static void write_man_word(FILE *stream, const char *word)
{
    for (; *word; word++)
        fprintf(stream, "%s%c", *word == '-' ? "\\" : "", *word);
}

static void write_man_synopsis(FILE *stream)
{
    for (enum options_command i = 0; i < COMMANDS; i++) {
        fputs(i ? ".br\n.B " : ".B ", stream);
        write_man_word(stream, PROGRAM);
        fprintf(stream, "%s%s\n.RI [ OPTIONS ] \" %s\"\n", COMMAND_ROWS[i].name[0] ? " " : "",
                COMMAND_ROWS[i].name, COMMAND_ROWS[i].words);
    }
}

static void write_man_commands(FILE *stream)
{
    for (enum options_command i = 0; i < COMMANDS; i++) {
        const char *name = COMMAND_ROWS[i].name;

        fputs(".TP\n.BI \"", stream);
        write_man_word(stream, PROGRAM);
        fprintf(stream, " %s%s\" %s\n", name, name[0] ? " " : "", COMMAND_ROWS[i].words);
        write_man_text(stream, COMMAND_ROWS[i].more);
        putc('\n', stream);
    }
}

/* The option as it is typed. */
static void write_man_form(FILE *stream, const struct option_row *row)
{
    fputs(".TP\n.BR ", stream);
    if (row->letter)
        fprintf(stream, "\\-%c \", \" ", row->letter);
    fputs("\\-\\-", stream);
    write_man_word(stream, row->name);
    if (row->argument)
        fprintf(stream, " \" \\fI%s\\fR\"", row->argument);
    putc('\n', stream);
}

static void write_man_option(FILE *stream, const struct option_row *row)
{
    struct notes words = {.length = 0}, bounds = {.length = 0}, commands = {.length = 0};

    write_man_form(stream, row);
    write_man_sentence(stream, row->help);
    append_words(&words, row);
    if (words.length) {
        fputs(row->kind == KIND_SORT ? "The columns are, " : "It is one of ", stream);
        write_man_text(stream, words.text);
        fputs(".\n", stream);
    }
    append_bounds(&bounds, row);
    if (bounds.length)
        fprintf(stream, "It may be %s.\n", bounds.text);
    if (has_value(row))
        fprintf(stream, "The default is %s.\n", row->value);
    append_commands(&commands, row->commands);
    if (row->commands != FOR_ALL)
        fprintf(stream, "This is for %s.\n", commands.text);
}

static void write_man_options(FILE *stream)
{
    for (enum option_group group = 0; group < OPTION_GROUPS; group++) {
        fprintf(stream, ".SS %s\n", OPTION_GROUP_TITLES[group]);
        for (size_t i = 0; i < OPTION_COUNT; i++)
            if (OPTION_ROWS[i].group == group)
                write_man_option(stream, &OPTION_ROWS[i]);
    }
}

bool options_write_man(FILE *stream, const char *part)
{
    static const struct {
        const char *part;
        void (*write)(FILE *stream);
    } PARTS[] = {
        {"synopsis", write_man_synopsis},
        {"commands", write_man_commands},
        {"options", write_man_options},
    };

    for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++)
        if (strcmp(part, PARTS[i].part) == 0) {
            PARTS[i].write(stream);
            return true;
        }
    return false;
}
