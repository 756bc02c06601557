/*
 * text - a str of the target as clean UTF-8 (base/clean.h).
 */
#ifndef PYTHON_TEXT_H
#define PYTHON_TEXT_H

#include "memory/reader.h"
#include "python/layout.h"

/* Bytes from the start of a str object that hold the whole of most names. */
#define TEXT_FIRST_BYTES 128u

/* Reads the str object at `address` into `into` (room at least 1), cut at a whole character where
   it does not fit; terminated. False when it could not be read or is no compact str (names in code
   objects always are), with `into` empty. */
bool text_read(struct reader *reader, const struct layout *layout, remote_addr address, char *into,
               size_t room);

/* The same from a copy of the object's first `length` bytes; false also when its characters are not
   all among them. Any thread. */
bool text_decode(const struct layout *layout, const unsigned char *bytes, size_t length, char *into,
                 size_t room);

/* How many bytes the str object at `address` takes up to the end of its characters; 0 when it cannot be read
   or is no compact str. */
uint64_t text_bytes(struct reader *reader, const struct layout *layout, remote_addr address);

/* Whether a copy of a str object's first `length` bytes can be of the one that text_read() or text_decode()
   gave as `text`: all of its characters are there and are those of `text`, or it has more than fit
   TEXT_FIRST_BYTES and `text` begins with those that do. Any thread. */
bool text_begins(const struct layout *layout, const unsigned char *bytes, size_t length,
                 const char *text);

#endif
