/*
 * corpus - the files that parsers are fuzzed with (tests/fuzz/corpus/), for tests that know what is in them.
 */
#ifndef TESTS_UNIT_CORPUS_H
#define TESTS_UNIT_CORPUS_H

#include <stddef.h>

/* Reads the file `name` of the corpus of `parser`, at most `room` bytes. Gives how many; 0 when it cannot be read, which is
   told. */
size_t corpus_read(const char *parser, const char *name, void *bytes, size_t room);

#endif
