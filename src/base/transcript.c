#include "base/transcript.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clean.h"

enum {
    TAB_COLUMNS = 8,
    ESCAPE = 0x1b,
    BELL = 0x07,
};

/* Where in a sequence that steers the terminal it is: ECMA-48, 5.4 (CSI) and 5.6 (strings). */
enum within { WITHIN_TEXT, WITHIN_ESCAPE, WITHIN_CSI, WITHIN_STRING, WITHIN_STRING_ESCAPE, WITHIN_CHARSET };

struct transcript {
    char *lines[TRANSCRIPT_LINES_MAX]; /* line number n is at n modulo their number */
    uint64_t first, ended;             /* the lines that were ended, and are kept */
    size_t bytes;                      /* of these */
    char line[TRANSCRIPT_LINE_BYTES_MAX + 1]; /* the one being written, as bytes */
    size_t length;
    char shown[3 * TRANSCRIPT_LINE_BYTES_MAX + 1]; /* the same, clean */
    bool returned;                     /* to its beginning: what comes next writes over it */
    enum within within;
};

struct transcript *transcript_new(struct error *error)
{
    struct transcript *transcript = calloc(1, sizeof *transcript);

    if (transcript == NULL)
        error_set(error, ERROR_MEMORY, "out of memory");
    return transcript;
}

static char **place_of(struct transcript *transcript, uint64_t number)
{
    return &transcript->lines[number % TRANSCRIPT_LINES_MAX];
}

static void drop_first(struct transcript *transcript)
{
    char **line = place_of(transcript, transcript->first++);

    transcript->bytes -= strlen(*line) + 1;
    free(*line);
    *line = NULL;
}

void transcript_free(struct transcript *transcript)
{
    if (transcript == NULL)
        return;
    while (transcript->first < transcript->ended)
        drop_first(transcript);
    free(transcript);
}

static void clean_line(struct transcript *transcript)
{
    clean_utf8(transcript->shown, sizeof transcript->shown, transcript->line, transcript->length);
}

static void end_line(struct transcript *transcript)
{
    char *kept;
    size_t bytes;

    clean_line(transcript);
    bytes = strlen(transcript->shown) + 1;
    while (transcript->first < transcript->ended &&
           (transcript->ended - transcript->first == TRANSCRIPT_LINES_MAX ||
            transcript->bytes + bytes > TRANSCRIPT_BYTES_MAX))
        drop_first(transcript);
    kept = strdup(transcript->shown);
    transcript->length = 0;
    transcript->shown[0] = '\0';
    transcript->returned = false;
    if (kept == NULL) { /* then none is kept of those before it either */
        while (transcript->first < transcript->ended)
            drop_first(transcript);
        transcript->first = ++transcript->ended;
        return;
    }
    *place_of(transcript, transcript->ended++) = kept;
    transcript->bytes += bytes;
}

static void put_byte(struct transcript *transcript, char byte)
{
    if (transcript->returned)
        transcript->length = 0;
    transcript->returned = false;
    if (transcript->length == TRANSCRIPT_LINE_BYTES_MAX)
        end_line(transcript);
    transcript->line[transcript->length++] = byte;
}

/* Steps back over the last character. */
static void back(struct transcript *transcript)
{
    while (transcript->length > 0 && (transcript->line[--transcript->length] & 0xc0) == 0x80)
        ;
}

static void put_text(struct transcript *transcript, char byte)
{
    switch (byte) {
    case '\n':
        end_line(transcript);
        break;
    case '\r':
        transcript->returned = true;
        break;
    case '\b':
        back(transcript);
        break;
    case '\t':
        do
            put_byte(transcript, ' ');
        while (transcript->length % TAB_COLUMNS != 0);
        break;
    case ESCAPE:
        transcript->within = WITHIN_ESCAPE;
        break;
    default:
        if ((unsigned char)byte >= ' ' && byte != 0x7f)
            put_byte(transcript, byte);
    }
}

/* What the byte after an ESC begins. */
static enum within after_escape(char byte)
{
    if (byte == '[')
        return WITHIN_CSI;
    if (byte != '\0' && strchr("]PX^_", byte) != NULL) /* OSC, DCS, SOS, PM, APC */
        return WITHIN_STRING;
    if (byte >= ' ' && byte <= '/')
        return WITHIN_CHARSET; /* an intermediate byte: one more follows */
    return WITHIN_TEXT;
}

static void put(struct transcript *transcript, char byte)
{
    const bool is_final = byte >= '@' && byte <= '~';

    switch (transcript->within) {
    case WITHIN_TEXT:
        put_text(transcript, byte);
        break;
    case WITHIN_ESCAPE:
        transcript->within = after_escape(byte);
        break;
    case WITHIN_CSI:
        if (is_final || byte == '\n')
            transcript->within = WITHIN_TEXT;
        break;
    case WITHIN_STRING:
        if (byte == BELL || byte == '\n')
            transcript->within = WITHIN_TEXT;
        else if (byte == ESCAPE)
            transcript->within = WITHIN_STRING_ESCAPE;
        break;
    case WITHIN_STRING_ESCAPE:
        transcript->within = byte == '\\' ? WITHIN_TEXT : after_escape(byte);
        break;
    case WITHIN_CHARSET:
        transcript->within = WITHIN_TEXT;
        break;
    }
}

void transcript_write(struct transcript *transcript, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        put(transcript, bytes[i]);
    clean_line(transcript);
}

uint64_t transcript_first(const struct transcript *transcript)
{
    return transcript->first;
}

uint64_t transcript_end(const struct transcript *transcript)
{
    return transcript->ended + (transcript->length > 0);
}

const char *transcript_line(const struct transcript *transcript, uint64_t number)
{
    return number < transcript->ended ? transcript->lines[number % TRANSCRIPT_LINES_MAX] : transcript->shown;
}
