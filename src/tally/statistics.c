#include "tally/statistics.h"

#include <math.h>

#define Z_95 1.96        /* of the normal distribution, two-sided: 95 % of it lies within */
#define Z_99 2.576       /* 99 % */
#define CHANGE_LEAST 0.1 /* of the larger half: less is steady, however sure */

double statistics_share_error(double share, double samples)
{
    const double z2 = Z_95 * Z_95;

    if (samples <= 0)
        return 0;
    return Z_95 / (1 + z2 / samples) *
           sqrt(share * (1 - share) / samples + z2 / (4 * samples * samples));
}

static double sum_of(const uint64_t *ns, unsigned count)
{
    double sum = 0;

    for (unsigned i = 0; i < count; i++)
        sum += (double)ns[i];
    return sum;
}

/*
 * Samples that hit a function are taken for independent, rare events. Then their number in each
 * half is Poisson-distributed, its variance is the number itself (one is added, so that a half
 * without any is not taken for certain), and the difference of the halves is put beyond chance
 * when it exceeds 2.6 of its standard deviations. This is rough: it takes the target for steady
 * but for the sampling, and it overstates the chance for functions that take nearly all the time,
 * which only makes the arrow rarer.
 */
struct statistics_trend statistics_trend(const uint64_t trend_ns[PICTURE_TREND], uint64_t column_ns,
                                         uint64_t observed_ns, uint64_t samples)
{
    const double half_ns = (double)column_ns * (PICTURE_TREND / 2);
    const double older_ns = sum_of(trend_ns, PICTURE_TREND / 2);
    const double younger_ns = sum_of(trend_ns + PICTURE_TREND / 2, PICTURE_TREND / 2);
    const double older_observed_ns = fmin((double)observed_ns - half_ns, half_ns);
    const double sample_ns = (older_ns + younger_ns) / (double)(samples > 0 ? samples : 1);
    struct statistics_trend trend = {0};
    double older, younger, older_variance, younger_variance;

    /* Less than a column of the older half says too little. */
    if (column_ns == 0 || sample_ns <= 0 || older_observed_ns < (double)column_ns)
        return trend;
    older = older_ns / older_observed_ns;
    younger = younger_ns / half_ns;
    older_variance = (older_ns / sample_ns + 1) / (older_observed_ns * older_observed_ns);
    younger_variance = (younger_ns / sample_ns + 1) / (half_ns * half_ns);
    trend.change = younger - older;
    if (fabs(trend.change) > Z_99 * sample_ns * sqrt(older_variance + younger_variance) &&
        fabs(trend.change) > CHANGE_LEAST * fmax(younger, older))
        trend.direction = trend.change > 0 ? 1 : -1;
    return trend;
}
