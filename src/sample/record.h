/*
 * record - what travels from the sampler to the tally: plain data, made by one, read by the other.
 *
 * A record is a fixed part that begins with `struct record_header`, followed by a tail whose
 * length the fixed part tells (names, frames); up to 7 bytes of padding may follow. Records are
 * aligned to 8 bytes in memory. The sampler writes only records that are whole and within the
 * bounds below, and every text in one is UTF-8 without control characters. A reader that gets
 * records from elsewhere checks them with record_check() first, and cleans the texts.
 *
 * Order: a thread's and a function's definition comes before the first sample that names it.
 * Numbers for processes, threads and functions count up from 0 and are never used again.
 */
#ifndef SAMPLE_RECORD_H
#define SAMPLE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_DEPTH_MAX 4096u     /* frames in one sample; deeper stacks keep their leaf side */
#define RECORD_NAME_MAX 512u       /* bytes of a thread's or function's name */
#define RECORD_FILE_MAX 4096u      /* bytes of a file's path */
#define RECORD_TEXT_MAX 4096u      /* bytes of a command line, or of the text of an end */
#define RECORD_TIME_MAX_NS (UINT64_MAX / 2) /* of `time_ns` */
#define RECORD_ALIGNMENT 8u        /* in memory */

enum record_kind {
    RECORD_PROCESS = 1,
    RECORD_THREAD,
    RECORD_FUNCTION,
    RECORD_SAMPLE,
    RECORD_ROUND,
    RECORD_END,
};

/* What a thread is doing. */
enum thread_state {
    THREAD_IDLE,     /* off CPU, does not want the GIL: sleeps, or waits for a lock or for data */
    THREAD_RUNNING,  /* on CPU without the GIL: in C code that released it */
    THREAD_WAIT_GIL, /* wants the GIL, which another thread has */
    THREAD_HAS_GIL,  /* holds the GIL */
    THREAD_ENDED,    /* only in a thread's definition: it is gone */
    THREAD_STATES,
};

struct record_header {
    uint32_t length;  /* bytes of the whole record, header and tail included */
    uint16_t kind;    /* enum record_kind */
    uint16_t process; /* which target */
};

/* How a target's Python is built. */
enum record_build {
    BUILD_FREE_THREADED = 1,
    BUILD_NO_GIL = 2, /* and it runs without one */
    BUILD_DEBUG = 4,  /* with Py_DEBUG: slower, by another factor in each function */
};

/* A target, before anything else of it; sent again when it became another program by exec, whose threads and
   functions have new numbers. */
struct record_process {
    struct record_header header;
    int32_t pid;
    uint32_t version_hex;  /* PY_VERSION_HEX: 0x030d05f0 is 3.13.5 */
    uint64_t started_ns;   /* when the process began, on the clock of clock.h; 0: not known */
    uint32_t command_length;
    int32_t parent;        /* the process that it is a child of; 0: not known */
    uint16_t read_as;      /* major << 8 | minor of the version that it is taken to be made like, as its own is
                              not known; 0: it is known */
    uint16_t build;        /* enum record_build */
    uint16_t reserved[2];
    char command[];        /* its command line as its user knows it, not terminated */
};

/* A thread; sent again when its name changes, and once with THREAD_ENDED when it is gone. */
struct record_thread {
    struct record_header header;
    uint32_t thread;
    int32_t tid;           /* as the kernel numbers it here */
    uint64_t ident;        /* as Python's threading.get_ident() gives it */
    uint32_t state;        /* enum thread_state */
    uint32_t name_length;
    char name[];           /* not terminated */
};

/* A function: one code object, or several of equal file, name and first line. */
struct record_function {
    struct record_header header;
    uint32_t function;
    uint32_t first_line;
    uint16_t name_length;
    uint16_t file_length;
    char text[];           /* the name, then the file's path, neither terminated */
};

/* Functions that are no code object have fixed numbers, and no definition. */
#define FUNCTION_MOVING 0u /* stands for frames that could not be proven */
#define FUNCTION_GC 1u     /* the garbage collector */
#define FUNCTION_NATIVE 2u /* C code between a function that called it and one that it called */
#define FUNCTION_FIRST 3u  /* the first number for a code object */

struct record_frame {
    uint32_t function;
    uint32_t line;         /* where in the function; 0: not known */
};

enum sample_flags {
    SAMPLE_TRUNCATED = 1, /* frame 0 is FUNCTION_MOVING: the leaf side could not be proven */
    SAMPLE_CUT = 2,       /* deeper than RECORD_DEPTH_MAX: the root side is missing */
    SAMPLE_EXCEPTION = 4, /* an exception was raised or handled */
};

/* One thread's stack, and how long it stands for. A thread that did not run since its last sample
   is not sent each round: `rounds` tells how many rounds this sample is for. */
struct record_sample {
    struct record_header header;
    uint32_t thread;
    uint32_t rounds;       /* at least 1 */
    uint64_t time_ns;
    uint64_t wall_ns;      /* time since this thread's previous sample */
    uint64_t cpu_ns;       /* CPU time it used since its previous sample */
    uint16_t depth;        /* frames that follow, leaf first; 0: the thread runs no Python code */
    uint8_t state;         /* enum thread_state */
    uint8_t flags;         /* enum sample_flags */
    uint32_t reserved;
    struct record_frame frames[];
};

/* Counts since the start. */
struct sampler_counts {
    uint64_t rounds;
    uint64_t samples;   /* read whole or in part, by thread and round: kept unless lost */
    uint64_t failed;    /* could not be read at all */
    uint64_t truncated;
    uint64_t cut;       /* of a stack deeper than RECORD_DEPTH_MAX: the functions near its root are missing */
    uint64_t retried;
    uint64_t missed;    /* rounds that the clock wanted and that did not happen */
    uint64_t lost;      /* samples and rounds dropped because the ring was full */
    uint64_t stopped_ns; /* how long threads of the target were stopped, in all (blocking.h) */
    uint64_t unlisted;  /* threads beyond those that are read, of which there are too many: the most at a time */
    uint64_t unnamed;   /* code objects read that share the name ‹more›, as there are too many functions (python/code.h) */
    uint64_t unstopped; /* reads for which the thread was to be stopped and could not be */
};

#define RECORD_RIDES 1u /* the engine rides, though not in this round */
#define RECORD_RODE 2u  /* and in this round */
#define RECORD_BLOCKS 3u /* the thread that has the GIL is stopped for each read */
#define RECORD_KEPT_OFF 4u /* the engine is to ride, and the target is on CPUs that are not ours: it is remote */

/* Why it reads so. */
enum engine_reason {
    REASON_ASKED,   /* that engine was asked for */
    REASON_FIRST,   /* auto: it is not decided yet, */
    REASON_STEADY,  /* few samples were torn, */
    REASON_TORN,    /* more were, */
    REASON_COMPANY, /* there are other targets, */
    REASON_NO_CPU,  /* the target is on CPUs that are not ours, or was, a moment ago */
    REASON_BURSTS,  /* so many rounds are asked for that some are made at once, from elsewhere */
    REASONS
};

/* The end of a round. */
struct record_round {
    struct record_header header;
    uint32_t threads;      /* seen in this round */
    uint8_t gil_held;      /* 1: some thread had the GIL */
    uint8_t gc_running;    /* 1: the collector was at work */
    uint8_t riding;        /* how the engine reads (engine.h): 0, or one of those below */
    uint8_t slowed;        /* 1: less often than asked for, to keep within its budget, or to let it run for half of the time */
    uint8_t stopped;       /* 1: the process is stopped, as by SIGSTOP */
    uint8_t reason;        /* enum engine_reason */
    uint8_t reserved[6];
    uint64_t time_ns;
    uint64_t wall_ns;      /* time since the previous round */
    uint64_t cpu_ns;       /* CPU time of the whole process since the last round that told some */
    struct sampler_counts counts;
};

/* The last record of a target. */
struct record_end {
    struct record_header header;
    uint64_t time_ns;
    uint32_t reason;       /* enum error_code: ERROR_GONE when it ended by itself */
    uint32_t text_length;
    struct sampler_counts counts; /* with the samples that were held back beyond the last round */
    char text[];
};

/* Whether `length` bytes at `record` are one whole record, aligned and within the bounds above,
   each value of an enum among those named here. Texts are not looked at. Any thread. */
bool record_check(const void *record, size_t length);

#endif
