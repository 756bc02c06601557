/*
 * sheet - a table with a head that says what it is, written as plain text, CSV or JSON.
 *
 * The three forms are made from the same head and the same columns:
 *   text  `key value`, several a line, an empty line, then columns in step;
 *   CSV   `# key: value` lines, then RFC 4180 with a line of keys;
 *   JSON  one object: the head's keys, then "rows", an array with one object a line.
 *
 * All are UTF-8 without control characters (texts are cleaned here). In CSV a text that a
 * spreadsheet would take for a formula (it begins with = + - or @) gets a ' in front. Numbers are
 * written with a decimal point as long as the locale's LC_NUMERIC is "C". One thread uses a stream.
 */
#ifndef EXPORT_SHEET_H
#define EXPORT_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

enum sheet_format { SHEET_TEXT, SHEET_CSV, SHEET_JSON, SHEET_FORMATS };

enum cell_kind {
    CELL_NONE, /* no value: null */
    CELL_TEXT,
    CELL_COUNT,
    CELL_NUMBER,
    CELL_FLAG,   /* whether count is not 0: yes or no, and in JSON true or false */
    CELL_PLACE,  /* text:count, a file and a line; only in text */
    CELL_SERIES, /* numbers in a row; bars in text */
};

/* A value; texts and series are lent for as long as the sheet is written. */
struct cell {
    enum cell_kind kind;
    const char *text;
    uint64_t count; /* also how many numbers a series has */
    double number;
    const double *series;
};

#define SHEET_SERIES_MAX 32
#define SHEET_WORD_SIZE 64

/* Room for what a cell lends beyond its row. */
union cell_room {
    double series[SHEET_SERIES_MAX];
    char word[SHEET_WORD_SIZE];
};

struct sheet_item {
    const char *key;
    int decimals; /* of a number */
    struct cell value;
};

struct sheet_column {
    const char *key;   /* in files, with its unit */
    const char *title; /* in text */
    unsigned formats;  /* bits 1 << enum sheet_format: where it is shown */
    bool left;         /* in text: aligned left */
    int text_decimals; /* of a number */
    int file_decimals;
    /* The value in a row. What it lends beyond the row itself it puts into `room`, which is used again for the next
       cell. */
    struct cell (*value)(const void *row, union cell_room *room);
};

#define SHEET_EVERYWHERE (1u << SHEET_TEXT | 1u << SHEET_CSV | 1u << SHEET_JSON)
#define SHEET_FILES (1u << SHEET_CSV | 1u << SHEET_JSON)
#define SHEET_COLUMNS_MAX 32

struct sheet {
    const struct sheet_item *items;
    size_t item_count;
    const struct sheet_column *columns; /* at most SHEET_COLUMNS_MAX */
    size_t column_count;
    const void *rows;
    size_t row_size; /* bytes from one row to the next */
    size_t row_count;
};

/* By the ending of a path, whatever its case: .csv, .json, text for all others and for NULL. */
enum sheet_format sheet_format_of(const char *path);

/* Writes all of it. False: out of memory. Errors of writing are left in `stream`. */
bool sheet_write(const struct sheet *sheet, enum sheet_format format, FILE *stream,
                 struct error *error);

#endif
