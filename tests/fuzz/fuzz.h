/*
 * fuzz - what the fuzz targets share. A target takes any bytes, lets our code read them, and checks
 * what must be true of the outcome whatever the bytes are.
 *
 * libFuzzer feeds it (configure CC=clang --enable-fuzzing
 * --enable-sanitizers=address,undefined,fuzzer-no-link; it writes what it finds into the first
 * folder that it is given, so let that be another than the corpus), and else replay.c, with the
 * files of its corpus.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

/* Ends the run here, with the input that did it, when `condition` does not hold. */
#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);              \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
