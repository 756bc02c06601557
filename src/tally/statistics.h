/*
 * statistics - how far the numbers of a sampled profile can be trusted. Plain arithmetic, any
 * thread.
 */
#ifndef TALLY_STATISTICS_H
#define TALLY_STATISTICS_H

#include <stdint.h>

#include "tally/picture.h"

/* Half the width of Wilson's 95 % interval of a share (0 to 1) seen in `samples` samples; 0 for
   none. */
double statistics_share_error(double share, double samples);

/* A trend's two halves compared. */
struct statistics_trend {
    double change; /* cores it took in the younger half, less those in the older */
    int direction; /* 1 rising, -1 falling, 0 steady */
};

/* Compares the halves of a trend of columns of `column_ns`, of which the youngest `observed_ns`
   were observed, and which was made of `samples` samples. */
struct statistics_trend statistics_trend(const uint64_t trend_ns[PICTURE_TREND], uint64_t column_ns,
                                         uint64_t observed_ns, uint64_t samples);

#endif
