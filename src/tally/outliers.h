/*
 * outliers - marks processes that differ from their siblings; the rule is told with enum outlier (snapshot.h).
 *
 * For the table of processes. One thread.
 */
#ifndef TALLY_OUTLIERS_H
#define TALLY_OUTLIERS_H

#include <stdbool.h>

#include "tally/snapshot.h"

/* Marks the rows of `table`, which has all rows of the picture, unsorted. False: out of memory. */
bool outliers_mark(struct process_table *table, const struct picture *picture,
                   const struct process_query *query);

#endif
