#include "live_program.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "launch/gate.h"
#include "launch/program.h"
#include "memory/stop.h"

enum {
    READ_BYTES = 16384,
    READS_MAX = 16, /* at once */
    COLUMNS = 80,   /* of a terminal that does not tell */
    ROWS = 24,
    WAIT_MS = 50,
    TELL_AFTER_MS = 1000,
    LAST_READS = 64, /* of what is still on its way when it has ended: far more than a terminal holds */
};

struct live_program {
    struct program *program;
    struct transcript *transcript;
    int gate;
    bool closed; /* nobody has its terminal open any more */
    bool asked;  /* to end */
};

static struct winsize terminal_size(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
        size = (struct winsize){.ws_col = COLUMNS, .ws_row = ROWS};
    return size;
}

static bool start(struct live_program *live, const struct options *options, struct error *error)
{
    const struct winsize size = terminal_size();

    live->transcript = transcript_new(error);
    if (live->transcript == NULL)
        return false;
    if (options->module == NULL)
        live->gate = gate_shut(options->arguments[0]);
    live->program = program_start(&(struct program_options){.python = options->python,
                                                            .module = options->module,
                                                            .arguments = options->arguments,
                                                            .input = options->input,
                                                            .apart = true,
                                                            .columns = size.ws_col,
                                                            .rows = size.ws_row},
                                  error);
    if (live->program == NULL)
        return false;
    stopper_leave_end(program_pid(live->program));
    return true;
}

struct live_program *live_program_start(const struct options *options, struct error *error)
{
    struct live_program *live = calloc(1, sizeof *live);

    if (live == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    live->gate = GATE_NONE;
    if (start(live, options, error))
        return live;
    live_program_free(live);
    return NULL;
}

void live_program_begin(struct live_program *live)
{
    gate_open(live->gate);
    live->gate = GATE_NONE;
}

pid_t live_program_pid(const struct live_program *live)
{
    return program_pid(live->program);
}

const struct transcript *live_program_transcript(const struct live_program *live)
{
    return live->transcript;
}

void live_program_poll_fds(const struct live_program *live, struct pollfd fds[LIVE_PROGRAM_FDS])
{
    int status;

    fds[0] = (struct pollfd){.fd = live->closed ? -1 : program_output(live->program), .events = POLLIN};
    fds[1] = (struct pollfd){.fd = program_ended(live->program, &status) ? -1 : program_end_fd(live->program),
                             .events = POLLIN};
}

bool live_program_read(struct live_program *live)
{
    char bytes[READ_BYTES];
    bool any = false;

    for (int i = 0; i < READS_MAX && !live->closed; i++) {
        const ssize_t got = read(program_output(live->program), bytes, sizeof bytes);

        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        live->closed = got <= 0; /* EIO */
        if (live->closed)
            break;
        transcript_write(live->transcript, bytes, (size_t)got);
        any = true;
    }
    return any;
}

bool live_program_ended(const struct live_program *live, int *status)
{
    return program_ended(live->program, status);
}

bool live_program_ended_unseen(const struct live_program *live, const struct error *reason, int *status)
{
    return program_ended_unseen(live->program, reason, status);
}

void live_program_end(struct live_program *live)
{
    program_signal(live->program, live->asked ? SIGKILL : SIGTERM);
    program_signal(live->program, SIGCONT);
    live->asked = true;
}

void live_program_signal(const struct live_program *live, int signal)
{
    program_signal(live->program, signal);
}

void live_program_resize(const struct live_program *live, int columns, int rows)
{
    program_resize(live->program, (unsigned short)columns, (unsigned short)rows);
}

static void print_transcript(const struct transcript *transcript)
{
    if (transcript_first(transcript) > 0)
        fprintf(stderr, "tachyon-top: %" PRIu64 " lines that the program wrote before were not kept\n",
                transcript_first(transcript));
    for (uint64_t i = transcript_first(transcript); i < transcript_end(transcript); i++)
        puts(transcript_line(transcript, i));
    fflush(stdout);
}

int live_program_finish(struct live_program *live)
{
    const uint64_t tell_ns = clock_now_ns() + TELL_AFTER_MS * NS_PER_MS;
    bool told = false;
    int status = 0;

    if (live == NULL)
        return 0;
    live_program_begin(live);
    while (!live_program_ended(live, &status)) {
        struct pollfd fds[LIVE_PROGRAM_FDS];

        if (!told && clock_now_ns() >= tell_ns) {
            fprintf(stderr, "tachyon-top: waiting for the end of the program (process %d)%s\n",
                    (int)program_pid(live->program), live->asked ? ", which was asked to end" : "");
            told = true;
        }
        live_program_poll_fds(live, fds);
        poll(fds, LIVE_PROGRAM_FDS, WAIT_MS);
        live_program_read(live);
    }
    /* What it left running may write without end. */
    for (int i = 0; i < LAST_READS && live_program_read(live); i++)
        continue;
    print_transcript(live->transcript);
    return status;
}

void live_program_free(struct live_program *live)
{
    int status;

    if (live == NULL)
        return;
    if (live->program != NULL && !program_ended(live->program, &status))
        program_kill(live->program);
    gate_open(live->gate);
    program_free(live->program);
    transcript_free(live->transcript);
    free(live);
}
