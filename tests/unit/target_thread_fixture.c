#include "target_thread_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "sample/pending.h"

enum { VERSION = 0x030d, DEADLINE_S = 30 };

static void *reserve(struct sink *sink, size_t length)
{
    struct memory_sink *memory = (struct memory_sink *)sink;

    return memory->full || length > RECORD_ROOM ? NULL : &memory->reserved;
}

static void commit(struct sink *sink)
{
    struct memory_sink *memory = (struct memory_sink *)sink;

    memory->functions += memory->reserved.header.kind == RECORD_FUNCTION;
    memory->ends += memory->reserved.header.kind == RECORD_THREAD && memory->reserved.thread.state == THREAD_ENDED;
    if (memory->reserved.header.kind == RECORD_SAMPLE) {
        memory->samples++;
        memory->last = memory->reserved;
    }
}

static bool announce(void *context, const struct code_function *function)
{
    struct sink *sink = context;
    struct record_header *record = sink->reserve(sink, sizeof *record);

    (void)function;
    if (record == NULL)
        return false;
    record->kind = RECORD_FUNCTION;
    sink->commit(sink);
    return true;
}

static void *sleep_until_woken(void *argument)
{
    struct fixture *fixture = argument;

    __atomic_store_n(&fixture->tid, gettid(), __ATOMIC_RELEASE);
    while (sem_wait(&fixture->wake) != 0)
        ;
    return NULL;
}

/* Waits until the kernel says that the thread sleeps, and nothing of its run is still to be told. */
static void wait_for_sleep(const struct fixture *fixture)
{
    const uint64_t deadline_ns = clock_now_ns() + DEADLINE_S * NS_PER_S;
    struct kernel_thread kernel;
    struct kernel_wait wait = {.running = true};

    while (__atomic_load_n(&fixture->tid, __ATOMIC_ACQUIRE) == 0)
        assert_true(clock_now_ns() < deadline_ns);
    kernel_thread_open(&kernel, getpid(), fixture->tid);
    while (wait.running || !wait.in_futex) {
        assert_true(kernel_thread_wait(&kernel, &wait));
        assert_true(clock_now_ns() < deadline_ns);
    }
    kernel_thread_close(&kernel);
}

int open_fixture(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct task_ids tasks = {.pid = getpid()};
    struct thread_source source = {.tasks = &tasks};
    struct thread_found found = {.address = remote_at(MADE_UP_THREAD)};
    const uint64_t codes[] = {MADE_UP_CODES, MADE_UP_CODES + MADE_UP_CODE_BYTES};
    struct error error;

    assert_non_null(fixture);
    sem_init(&fixture->wake, 0, 0);
    assert_int_equal(pthread_create(&fixture->sleeper, NULL, sleep_until_woken, fixture), 0);
    wait_for_sleep(fixture);
    fixture->sink.sink = (struct sink){reserve, commit};
    fixture->made_up = made_up_new(VERSION);
    assert_non_null(fixture->made_up);
    made_up_code(fixture->made_up, codes[0], "outer", 10, 8);
    made_up_code(fixture->made_up, codes[1], "inner", 20, 8);
    made_up_stack(fixture->made_up, codes, 2);
    fixture->pending = pending_new();
    assert_non_null(fixture->pending);
    fixture->room = walk_room_new();
    fixture->codes = code_table_new(&fixture->made_up->reader, &fixture->made_up->layout,
                                    FUNCTION_FIRST, announce, &fixture->sink, &error);
    assert_non_null(fixture->codes);
    source.reader = &fixture->made_up->reader;
    source.layout = &fixture->made_up->layout;
    source.room = fixture->room;
    found.native_id = found.mark = (uint64_t)fixture->tid;
    fixture->gil = (struct gil_now){.start = remote_at(1), .size = 1};
    fixture->now_ns = clock_now_ns();
    made_up_word(fixture->made_up,
                 MADE_UP_THREAD + fixture->made_up->layout.thread.native_thread_id,
                 found.native_id);
    fixture->thread =
        target_thread_new(&source, &found, 0, fixture->now_ns, &(struct thread_round){.now_ns = fixture->now_ns});
    assert_non_null(fixture->thread);
    fixture->thread->cpu.run.turns--; /* as if it had run since */
    *state = fixture;
    return 0;
}

int close_fixture(void **state)
{
    struct fixture *fixture = *state;

    target_thread_free(fixture->thread);
    code_table_free(fixture->codes);
    walk_room_free(fixture->room);
    pending_free(fixture->pending);
    made_up_free(fixture->made_up);
    sem_post(&fixture->wake);
    if (!fixture->joined)
        pthread_join(fixture->sleeper, NULL);
    sem_destroy(&fixture->wake);
    free(fixture);
    return 0;
}

bool go_round(struct fixture *fixture)
{
    const struct thread_round round = {
        .sink = &fixture->sink.sink,
        .rounds = fixture->at_once > 0 ? fixture->at_once : 1,
        .number = ++fixture->rounds,
        .layout = &fixture->made_up->layout,
        .codes = fixture->codes,
        .gil = &fixture->gil,
        .engine = fixture->engine,
        .pending = fixture->pending,
        .before_ns = fixture->now_ns,
        .now_ns = fixture->now_ns + ROUND_NS,
        .until_ns = UINT64_MAX,
        .counts = &fixture->counts,
        .native_markers = fixture->native_markers,
    };

    fixture->now_ns += ROUND_NS;
    if (fixture->leave_out && fixture->pass && fixture->thread->left_out_from != 0)
        return true;
    target_thread_come_back(fixture->thread, &round);
    if (fixture->pass && (target_thread_sleeps(fixture->thread, &round) ||
                          target_thread_waits_for_gil(fixture->thread, &round))) {
        fixture->passes++;
        target_thread_pass(fixture->thread, &round);
        if (fixture->leave_out)
            target_thread_leave_out(fixture->thread, &round);
        return true;
    }
    return target_thread_round(fixture->thread, &round);
}

const struct record_sample *held_sample(struct fixture *fixture)
{
    const unsigned before = fixture->sink.samples;

    for (int i = 0; i < 1000 && fixture->sink.samples == before; i++)
        assert_true(go_round(fixture));
    assert_true(fixture->sink.samples > before);
    return &fixture->sink.last.sample;
}
