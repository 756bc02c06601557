/*
 * reader - reads bytes of another process: the one way from the target to us.
 *
 * A reader is a small table of functions, so that the code above it works alike on a live process
 * (process.h) and on a saved image (image.h). It never writes and never stops anything. A reader is
 * used by one thread at a time.
 */
#ifndef MEMORY_READER_H
#define MEMORY_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "memory/address.h"

#define READER_PIECES_MAX 1024u /* pieces in one gather: IOV_MAX of Linux */

/* A stretch of the target's memory. */
struct piece {
    remote_addr address;
    size_t length;
};

/* The least piece that holds both, and what is between them; of length SIZE_MAX where one reaches beyond the last
   address. */
static inline struct piece piece_around(struct piece a, struct piece b)
{
    const uint64_t a_end = a.address.value + a.length, b_end = b.address.value + b.length;
    const remote_addr start = a.address.value < b.address.value ? a.address : b.address;
    const bool wraps = a_end < a.address.value || b_end < b.address.value;

    return (struct piece){start, wraps ? SIZE_MAX : (a_end > b_end ? a_end : b_end) - start.value};
}

/* What will most likely be read right after another reading, so that this one can read it as well. */
struct reader_foresight {
    const struct piece *pieces;
    size_t count;
    void *into;       /* which has room for all of them */
    size_t bytes;     /* so many of their bytes were read, before the first that could not be */
    uint64_t took_ns; /* by a reading that took so long in all */
};

struct reader {
    const struct reader_type *type;
};

struct reader_type {
    size_t (*gather)(struct reader *reader, const struct piece *pieces, size_t count, void *into);
    bool (*holds)(struct reader *reader); /* NULL: always */
    void (*watch)(struct reader *reader); /* NULL: nothing to do */
    void (*foresee)(struct reader *reader, struct reader_foresight *foresight); /* NULL: it reads nothing more */
    void (*free)(struct reader *reader);
};

/* Reads `count` pieces (at most READER_PIECES_MAX) one after the other, in this order and in as few
   system calls as there can be, packed into `into`, which has room for all of them. Gives the bytes
   that were read before the first that could not be; errno says why when that is not all: EFAULT
   when nothing stands there, ESRCH when the process is gone. */
size_t reader_gather(struct reader *reader, const struct piece *pieces, size_t count, void *into);

/* Reads `count` rows (at most READER_PIECES_MAX) of `length` bytes, one at each of `addresses`, to
   their place in `into`, and tells in `read` which could be read. After a few that could not, it
   gives up and takes the rest for such, so that bad addresses cost little. */
void reader_rows(struct reader *reader, const remote_addr *addresses, size_t count, size_t length,
                 void *into, bool *read);

/* Reads all of `length` bytes at `address`, or gives false with errno set. */
bool reader_read(struct reader *reader, remote_addr address, void *into, size_t length);

/* One pointer-sized word. */
bool reader_read_word(struct reader *reader, remote_addr address, uint64_t *word);

/* The pointer at `address` plus `offset`. */
bool reader_read_pointer(struct reader *reader, remote_addr base, uint32_t offset, remote_addr *to);

/* What errno after a failed read means for the user: ERROR_GONE, ERROR_PERMISSION or ERROR_READ.
   Always false. */
bool reader_failed(int error_number, const char *what, struct error *error);

/* The next reading is to tell, if it can, whether the memory is still that which the reader was made for. */
void reader_watch(struct reader *reader);

/* Whether what is read is still the memory that the reader was made for, or was at a reading since reader_watch().
   False once the process ended or became another program, whoever has its id now. Costs a system call at most. */
bool reader_holds(struct reader *reader);

/* The next reading, whatever it is of, is to read that as well if it costs no system call, behind what it reads and in
   order, and to tell in `foresight` what came of it. That is kept until then, and stays the caller's; .bytes is 0 before. */
void reader_foresee(struct reader *reader, struct reader_foresight *foresight);

void reader_free(struct reader *reader);

#endif
