#include "doctor/doctor.h"

#include <string.h>

#include "export/text.h"

enum {
    NAME_AT = 3,   /* columns of a mark and what parts it from the name */
    TEXT_AT = 16,  /* where texts begin */
};

void doctor_add(struct doctor *doctor, const struct finding *findings, size_t count)
{
    for (size_t i = 0; i < count && doctor->count < DOCTOR_FINDINGS_MAX; i++)
        doctor->findings[doctor->count++] = findings[i];
}

bool doctor_is_well(const struct doctor *doctor)
{
    for (size_t i = 0; i < doctor->count; i++)
        if (doctor->findings[i].mark == MARK_NO)
            return false;
    return true;
}

/* The bytes of the longest beginning of a word that fits into so many columns; at least a character. */
static size_t bytes_that_fit(const char *word, size_t length, size_t columns)
{
    char begun[512];
    size_t fit = 0;

    for (size_t i = 1; i <= length && i < sizeof begun; i++) {
        if (i < length && ((unsigned char)word[i] & 0xc0) == 0x80)
            continue; /* in a character */
        memcpy(begun, word, i);
        begun[i] = '\0';
        if (fit > 0 && text_width(begun) > columns)
            break;
        fit = i;
    }
    return fit > 0 ? fit : length;
}

/* Writes words from column `at` on, continued on further lines from TEXT_AT on; a word too long for any line,
   such as a path, is broken. */
static void write_wrapped(FILE *stream, const char *text, size_t at)
{
    bool begins = true;

    while (*text != '\0') {
        const size_t word = strcspn(text, " ");
        char shown[512];
        size_t bytes, columns;

        snprintf(shown, sizeof shown, "%.*s", (int)word, text);
        columns = text_width(shown);
        if (!begins && at + 1 + columns > DOCTOR_COLUMNS) {
            fprintf(stream, "\n%*s", TEXT_AT, "");
            at = TEXT_AT;
            begins = true;
        }
        if (!begins)
            putc(' ', stream);
        at += !begins;
        bytes = columns > DOCTOR_COLUMNS - at ? bytes_that_fit(text, word, DOCTOR_COLUMNS - at) : word;
        shown[bytes < sizeof shown ? bytes : sizeof shown - 1] = '\0';
        fputs(shown, stream);
        at += text_width(shown);
        begins = false;
        if (bytes < word) {
            fprintf(stream, "\n%*s", TEXT_AT, "");
            at = TEXT_AT;
            begins = true;
        }
        text += bytes;
        text += strspn(text, " ");
    }
    putc('\n', stream);
}

static void write_mark(enum mark mark, const struct doctor_style *style, FILE *stream)
{
    static const struct {
        const char *utf8, *ascii, *color;
    } SIGNS[MARKS] = {
        [MARK_OK] = {"✓ ", "ok", "32"},
        [MARK_NOTE] = {"· ", "- ", "33"},
        [MARK_NO] = {"✗ ", "NO", "1;31"},
    };
    const char *sign = style->utf8 ? SIGNS[mark].utf8 : SIGNS[mark].ascii;

    if (style->colors)
        fprintf(stream, "\033[%sm%s\033[0m ", SIGNS[mark].color, sign);
    else
        fprintf(stream, "%s ", sign);
}

/* A text as it is, or in ASCII: the signs around names that are no function's have a likeness there. */
static void write_text(FILE *stream, const char *text, size_t at, const struct doctor_style *style)
{
    char ascii[512];
    size_t length = 0;

    for (; !style->utf8 && *text != '\0' && length < sizeof ascii - 1; length++) {
        const bool opens = strncmp(text, "‹", strlen("‹")) == 0;
        const bool closes = strncmp(text, "›", strlen("›")) == 0;

        ascii[length] = opens ? '<' : closes ? '>' : (*text & 0x80) != 0 ? '?' : *text;
        for (text++; ((unsigned char)*text & 0xc0) == 0x80; text++)
            ;
    }
    ascii[length] = '\0';
    write_wrapped(stream, style->utf8 ? text : ascii, at);
}

/* A further line of a finding: what it tells, and the text. */
static void write_part(FILE *stream, const char *title, const char *text,
                       const struct doctor_style *style)
{
    if (text[0] == '\0')
        return;
    fprintf(stream, "%*s%s: ", TEXT_AT, "", title);
    write_text(stream, text, TEXT_AT + strlen(title) + 2, style);
}

static void write_finding(const struct finding *finding, const struct doctor_style *style, FILE *stream)
{
    write_mark(finding->mark, style, stream);
    fprintf(stream, "%-*s", TEXT_AT - NAME_AT, finding->name);
    write_text(stream, finding->text, TEXT_AT, style);
    write_part(stream, "to change it", finding->remedy, style);
    write_part(stream, "without that", finding->without, style);
}

void doctor_write(const struct doctor *doctor, const struct doctor_style *style, FILE *stream)
{
    const bool well = doctor_is_well(doctor);

    for (size_t i = 0; i < doctor->count; i++)
        write_finding(&doctor->findings[i], style, stream);
    putc('\n', stream);
    if (!well)
        fprintf(stream, "The live view does not work; what keeps it from working is marked %s.\n",
                style->utf8 ? "✗" : "NO");
    else if (doctor->pid != 0)
        fprintf(stream, "Process %d can be looked into: tachyon-top %d\n", (int)doctor->pid,
                (int)doctor->pid);
    else
        fputs("Nothing here is in the way. For a process: tachyon-top doctor PID\n",
              stream);
}
