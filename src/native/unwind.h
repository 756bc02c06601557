/*
 * unwind - machine frames of the target, through libunwind: the only place that includes it.
 */
#ifndef NATIVE_UNWIND_H
#define NATIVE_UNWIND_H

/* The libunwind that this program was built with, as "1.6.2", for --version. Any thread. */
const char *unwind_version(void);

#endif
