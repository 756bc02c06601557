/*
 * transcript - what a program wrote to its terminal, kept as lines of clean text.
 *
 * What steers a terminal (colours, titles, movements of the cursor) is left out; a line that is written over from its
 * beginning, as by a progress bar, is the last one written. Bounded by lines, by the bytes of a line and of all: the
 * oldest lines make room, and are counted. A line has a number, from 0 on, that stays its own. One thread.
 */
#ifndef BASE_TRANSCRIPT_H
#define BASE_TRANSCRIPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define TRANSCRIPT_LINES_MAX 10000u
#define TRANSCRIPT_LINE_BYTES_MAX 4096u    /* a longer one goes on in the next */
#define TRANSCRIPT_BYTES_MAX (4u << 20)

struct transcript;

/* An empty one; NULL when out of memory. */
struct transcript *transcript_new(struct error *error);
void transcript_free(struct transcript *transcript);

/* Takes bytes as the program wrote them; they may begin and end anywhere. */
void transcript_write(struct transcript *transcript, const char *bytes, size_t length);

/* The lines kept are those from `first` up to, not including, `end`: the one being written is among them as soon as
   there is something on it. */
uint64_t transcript_first(const struct transcript *transcript);
uint64_t transcript_end(const struct transcript *transcript);

/* A line that is kept: UTF-8 without control characters, terminated, valid until the next write. */
const char *transcript_line(const struct transcript *transcript, uint64_t number);

#endif
