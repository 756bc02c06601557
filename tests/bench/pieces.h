/*
 * pieces - the stretches of a target's memory that a bare program reads, as words of its command line.
 */
#ifndef BENCH_PIECES_H
#define BENCH_PIECES_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/uio.h>

#define PIECES_MAX 1024 /* the kernel's UIO_MAXIOV */

/* Parses `count` words ADDRESS:LENGTH into `pieces`, which has room for PIECES_MAX. Gives the bytes of all; 0: there is
   none, there are too many, or one is something else. */
static inline size_t pieces_parse(struct iovec *pieces, char **words, int count)
{
    size_t bytes = 0;

    for (int i = 0; i < count; i++) {
        char *end;
        const uintptr_t address = (uintptr_t)strtoull(words[i], &end, 0);

        if (*end != ':' || i == PIECES_MAX)
            return 0;
        pieces[i].iov_base = (void *)address; /* NOLINT(performance-no-int-to-ptr): the target's */
        pieces[i].iov_len = strtoul(end + 1, NULL, 0);
        bytes += pieces[i].iov_len;
    }
    return bytes;
}

#endif
