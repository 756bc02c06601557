#include "memory/reader.h"

#include <errno.h>
#include <string.h>

enum { BAD_ROWS_MAX = 8 };

size_t reader_gather(struct reader *reader, const struct piece *pieces, size_t count, void *into)
{
    return reader->type->gather(reader, pieces, count, into);
}

void reader_rows(struct reader *reader, const remote_addr *addresses, size_t count, size_t length,
                 void *into, bool *read)
{
    struct piece pieces[READER_PIECES_MAX];
    size_t done = 0;
    int bad = 0;

    for (size_t i = 0; i < count; i++) {
        pieces[i] = (struct piece){addresses[i], length};
        read[i] = false;
    }
    while (done < count && bad < BAD_ROWS_MAX) {
        const size_t bytes =
            reader_gather(reader, &pieces[done], count - done, (char *)into + done * length);
        const size_t whole = bytes / length;

        for (size_t i = 0; i < whole; i++)
            read[done + i] = true;
        if (done + whole < count && errno == ESRCH)
            return;
        done += whole + 1;
        bad++;
    }
}

bool reader_read(struct reader *reader, remote_addr address, void *into, size_t length)
{
    const struct piece piece = {address, length};

    return reader_gather(reader, &piece, 1, into) == length;
}

bool reader_read_word(struct reader *reader, remote_addr address, uint64_t *word)
{
    return reader_read(reader, address, word, sizeof *word);
}

bool reader_read_pointer(struct reader *reader, remote_addr base, uint32_t offset, remote_addr *to)
{
    return reader_read_word(reader, remote_plus(base, offset), &to->value);
}

bool reader_failed(int error_number, const char *what, struct error *error)
{
    switch (error_number) {
    case ESRCH:
        return error_set(error, ERROR_GONE, "the process ended");
    case EPERM:
    case EACCES:
        return error_set(error, ERROR_PERMISSION, "no permission to read %s", what);
    default:
        return error_set(error, ERROR_READ, "could not read %s: %s", what, strerror(error_number));
    }
}

void reader_watch(struct reader *reader)
{
    if (reader->type->watch != NULL)
        reader->type->watch(reader);
}

bool reader_holds(struct reader *reader)
{
    return reader->type->holds == NULL || reader->type->holds(reader);
}

void reader_foresee(struct reader *reader, struct reader_foresight *foresight)
{
    foresight->bytes = 0;
    if (reader->type->foresee != NULL)
        reader->type->foresee(reader, foresight);
}

void reader_free(struct reader *reader)
{
    if (reader != NULL)
        reader->type->free(reader);
}
