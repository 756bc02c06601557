/* target_thread: a thread that waits, on a stack that is made up; what is told of it when its stack
   could not be read, not be proven, or not be put. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "made_up.h"
#include "base/clock.h"
#include "sample/target_thread.h"

enum { VERSION = 0x030d, ROUND_NS = 1000000, RECORD_ROOM = 64 * 1024, DEADLINE_S = 30 };

/* Keeps the last sample, unless it is full. */
struct memory_sink {
    struct sink sink;
    bool full;
    unsigned functions, samples;
    union {
        struct record_header header;
        struct record_sample sample;
        unsigned char bytes[RECORD_ROOM];
    } last, reserved;
};

static void *reserve(struct sink *sink, size_t length)
{
    struct memory_sink *memory = (struct memory_sink *)sink;

    return memory->full || length > RECORD_ROOM ? NULL : &memory->reserved;
}

static void commit(struct sink *sink)
{
    struct memory_sink *memory = (struct memory_sink *)sink;

    memory->functions += memory->reserved.header.kind == RECORD_FUNCTION;
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

struct fixture {
    pthread_t sleeper;
    sem_t wake;
    pid_t tid;
    struct made_up *made_up;
    struct memory_sink sink;
    struct walk_room *room;
    struct code_table *codes;
    struct target_thread *thread;
    struct sampler_counts counts;
    struct gil_now gil;
    bool native_markers;
    bool pass; /* rounds in which it sleeps, or waits for the GIL */
    bool leave_out; /* and not even go there once it was passed */
    uint64_t rounds;
    unsigned passes;
    uint64_t now_ns;
};

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

static int open_fixture(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct thread_source source = {.pid = getpid()};
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
        target_thread_new(&source, &found, 0, fixture->now_ns, fixture->now_ns);
    assert_non_null(fixture->thread);
    fixture->thread->cpu.run.turns--; /* as if it had run since */
    *state = fixture;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;

    target_thread_free(fixture->thread);
    code_table_free(fixture->codes);
    walk_room_free(fixture->room);
    made_up_free(fixture->made_up);
    sem_post(&fixture->wake);
    pthread_join(fixture->sleeper, NULL);
    sem_destroy(&fixture->wake);
    free(fixture);
    return 0;
}

static bool go_round(struct fixture *fixture)
{
    const struct thread_round round = {
        .sink = &fixture->sink.sink,
        .rounds = 1,
        .number = ++fixture->rounds,
        .codes = fixture->codes,
        .gil = &fixture->gil,
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

/* Goes on until what is held back was put. */
static const struct record_sample *held_sample(struct fixture *fixture)
{
    const unsigned before = fixture->sink.samples;

    for (int i = 0; i < 1000 && fixture->sink.samples == before; i++)
        assert_true(go_round(fixture));
    assert_true(fixture->sink.samples > before);
    return &fixture->sink.last.sample;
}

static void a_thread_that_waits_is_read_once(void **state)
{
    struct fixture *fixture = *state;
    const struct record_sample *sample;
    uint64_t rounds, wall_ns;

    assert_true(go_round(fixture));
    sample = &fixture->sink.last.sample;
    assert_int_equal(fixture->sink.samples, 1);
    assert_int_equal(sample->depth, 2);
    assert_int_equal(sample->state, THREAD_IDLE);
    rounds = sample->rounds;
    wall_ns = sample->wall_ns;
    fixture->made_up->calls = 0;
    sample = held_sample(fixture);
    assert_int_equal(fixture->made_up->calls, 0);
    assert_int_equal(sample->depth, 2);
    assert_int_equal(sample->wall_ns + wall_ns, (rounds + sample->rounds) * ROUND_NS);
    assert_int_equal(fixture->counts.samples, rounds + sample->rounds);
}

static void what_could_not_be_read_is_not_told_from_memory(void **state)
{
    struct fixture *fixture = *state;

    assert_true(go_round(fixture));
    fixture->thread->cpu.run.turns--; /* it ran, and now its stack is another */
    made_up_set_top(fixture->made_up, fixture->made_up->top - MADE_UP_FRAME_BYTES,
                    fixture->made_up->next_slot - MADE_UP_FRAME_BYTES);
    fixture->made_up->fail_with = EFAULT;
    assert_false(go_round(fixture));
    assert_int_equal(fixture->counts.failed, 1);
    fixture->made_up->fail_with = 0;
    assert_int_equal(held_sample(fixture)->depth, 1);
    /* The time that could not be told of before is told now. */
    assert_int_equal(fixture->sink.last.sample.wall_ns, 2 * ROUND_NS);
}

static void a_function_that_could_not_be_told_leaves_no_half_stack(void **state)
{
    struct fixture *fixture = *state;

    fixture->sink.full = true;
    assert_true(go_round(fixture));
    assert_int_equal(fixture->counts.lost, 1);
    fixture->sink.full = false;
    assert_int_equal(held_sample(fixture)->depth, 2);
}

static void move(struct made_up *made_up, const struct piece *piece)
{
    static uint64_t number;

    (void)piece;
    made_up_word(made_up, made_up->top + made_up->layout.frame.previous,
                 MADE_UP_BASE + ++number % 64);
}

static void a_stack_not_proven_is_read_again(void **state)
{
    struct fixture *fixture = *state;
    const uint64_t previous = fixture->made_up->top - MADE_UP_FRAME_BYTES;

    fixture->made_up->hook = move;
    assert_true(go_round(fixture));
    assert_int_equal(fixture->counts.truncated, 1);
    assert_true(fixture->sink.last.sample.flags & SAMPLE_TRUNCATED);
    /* It waits, so it can be proven now: else it would be shown as moving for as long as it waits. */
    fixture->made_up->hook = NULL;
    made_up_word(fixture->made_up,
                 fixture->made_up->top + fixture->made_up->layout.frame.previous, previous);
    assert_int_equal(held_sample(fixture)->depth, 2);
    assert_int_equal(fixture->sink.last.sample.flags, 0);
    assert_int_equal(fixture->counts.truncated, 1);
}

/* Goes through `rounds` of them without a look at it; gives how many samples there were before. */
static uint64_t pass_rounds(struct fixture *fixture, unsigned rounds)
{
    uint64_t samples;

    for (int i = 0; i < 500; i++) /* it sleeps for long enough */
        assert_true(go_round(fixture));
    samples = fixture->counts.samples;
    fixture->pass = true;
    for (unsigned i = 0; i < rounds; i++)
        assert_true(go_round(fixture));
    fixture->pass = false;
    assert_int_equal(fixture->counts.samples, samples);
    return samples;
}

static void a_sleeper_that_was_passed_stood_for_all_that_time(void **state)
{
    struct fixture *fixture = *state;
    const uint64_t samples = pass_rounds(fixture, 20);

    assert_true(go_round(fixture));
    assert_int_equal(fixture->counts.samples, samples + 21);
    assert_int_equal(fixture->thread->held.state, THREAD_IDLE);
    assert_int_equal(fixture->thread->sampled_ns, fixture->now_ns);
}

static void a_sleeper_that_was_left_out_stood_for_all_that_time(void **state)
{
    struct fixture *fixture = *state;
    uint64_t samples;

    fixture->leave_out = true;
    samples = pass_rounds(fixture, 20);
    assert_int_equal(fixture->passes, 1);
    assert_true(go_round(fixture));
    assert_int_equal(fixture->counts.samples, samples + 21);
    assert_int_equal(fixture->thread->sampled_ns, fixture->now_ns);
    /* Also where what is known of it is put, as it ends. */
    samples = pass_rounds(fixture, 7) + 7;
    target_thread_flush(fixture->thread, &(struct thread_round){.sink = &fixture->sink.sink,
                                                                .rounds = 1,
                                                                .number = fixture->rounds + 1,
                                                                .now_ns = fixture->now_ns,
                                                                .counts = &fixture->counts});
    assert_int_equal(fixture->counts.samples, samples);
}

/* It is looked at because it has the GIL, and had it at no round before. */
static void a_sleeper_that_has_the_gil_has_it_since_the_last_round(void **state)
{
    struct fixture *fixture = *state;
    const uint64_t samples = pass_rounds(fixture, 20);
    uint64_t slept_ns;

    fixture->sink.samples = 0;
    fixture->gil.locked = true;
    fixture->gil.holder = remote_at(MADE_UP_THREAD);
    slept_ns = fixture->now_ns;
    assert_true(go_round(fixture));
    assert_int_equal(fixture->sink.samples, 2); /* of the sleep, and of what it does now */
    assert_int_equal(fixture->counts.samples, samples + 21);
    assert_int_equal(fixture->sink.last.sample.state, THREAD_HAS_GIL);
    assert_int_equal(fixture->sink.last.sample.wall_ns, ROUND_NS);
    assert_int_equal(fixture->sink.last.sample.rounds, 1);
    assert_int_equal(fixture->sink.last.sample.time_ns, slept_ns + ROUND_NS);
}

/* A thread state whose thread ended is another's a moment later. */
static void a_thread_state_of_another_is_not_sampled(void **state)
{
    struct fixture *fixture = *state;

    assert_true(go_round(fixture));
    assert_int_equal(fixture->sink.samples, 1);
    fixture->thread->cpu.run.turns--;
    made_up_word(fixture->made_up,
                 MADE_UP_THREAD + fixture->made_up->layout.thread.native_thread_id,
                 (uint64_t)fixture->tid + 1);
    assert_true(go_round(fixture));
    assert_true(fixture->thread->ended && fixture->thread->stale);
    assert_int_equal(fixture->sink.samples, 1);
    assert_int_equal(fixture->counts.failed, 0);
}

static void time_in_which_nobody_looked_is_not_counted(void **state)
{
    struct fixture *fixture = *state;
    const uint64_t away_ns = 60 * NS_PER_S;

    assert_true(go_round(fixture));
    fixture->thread->cpu.run.turns--;
    fixture->now_ns += away_ns;
    target_thread_skip(fixture->thread, away_ns, fixture->now_ns);
    fixture->thread->cpu.run.turns--;
    assert_true(go_round(fixture));
    assert_int_equal(fixture->sink.last.sample.wall_ns, ROUND_NS);
}

/* It sleeps in a futex that is part of the GIL, which another thread state has. */
static void wait_for_gil(struct fixture *fixture)
{
    fixture->gil = (struct gil_now){.start = remote_at((uint64_t)(uintptr_t)&fixture->wake),
                                    .size = sizeof fixture->wake,
                                    .locked = true,
                                    .holder = remote_at(1),
                                    .switches = 5};
    assert_true(go_round(fixture));
    assert_int_equal(fixture->thread->held.state, THREAD_WAIT_GIL);
}

static void who_waits_for_the_gil_is_not_looked_at_before_it_can_have_had_it(void **state)
{
    struct fixture *fixture = *state;

    wait_for_gil(fixture);
    fixture->pass = true;
    for (unsigned i = 1; i <= 3; i++) {
        assert_true(go_round(fixture));
        assert_int_equal(fixture->passes, i);
    }
    /* Another one got it; then two in between, of which this may have been the first. */
    fixture->gil.switches++;
    assert_true(go_round(fixture));
    assert_int_equal(fixture->passes, 4);
    fixture->gil.switches += 2;
    assert_true(go_round(fixture));
    assert_int_equal(fixture->passes, 4);
    /* This one. */
    fixture->gil.switches++;
    fixture->gil.holder = remote_at(MADE_UP_THREAD);
    assert_true(go_round(fixture));
    assert_int_equal(fixture->passes, 4);
    assert_int_equal(fixture->sink.last.sample.state, THREAD_HAS_GIL);
}

static void who_waits_for_the_gil_is_looked_at_now_and_then(void **state)
{
    struct fixture *fixture = *state;

    wait_for_gil(fixture);
    fixture->pass = true;
    for (unsigned i = 0; i < 90; i++)
        assert_true(go_round(fixture));
    assert_in_range(fixture->passes, 80, 89);
}

/* The collector is looked at with the stack: what was said of it before may be over. */
static void only_a_collector_at_work_is_told(void **state)
{
    struct fixture *fixture = *state;
    const uint64_t collecting = MADE_UP_HEAP;

    fixture->gil = (struct gil_now){.start = remote_at(1),
                                    .size = 1,
                                    .locked = true,
                                    .holder = remote_at(MADE_UP_THREAD),
                                    .gc_began = true,
                                    .collecting = remote_at(collecting)};
    assert_true(go_round(fixture));
    assert_int_equal(fixture->sink.last.sample.depth, 2);
    made_up_word(fixture->made_up, collecting, 1);
    assert_true(go_round(fixture));
    assert_int_equal(fixture->sink.last.sample.depth, 3);
    assert_int_equal(fixture->sink.last.sample.frames[0].function, FUNCTION_GC);
}

static void assert_last_functions(const struct fixture *fixture, const uint32_t *functions,
                                  size_t count)
{
    const struct record_sample *sample = &fixture->sink.last.sample;

    assert_int_equal(sample->depth, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(sample->frames[i].function, functions[i]);
}

/* It is at work for the thread on whose stack the frame is that it interrupted, whoever has the GIL, and
   what it called stands above it. */
static void the_collector_stands_above_the_frame_that_it_interrupted(void **state)
{
    static const uint32_t OUTER = FUNCTION_FIRST, INNER = FUNCTION_FIRST + 1;
    struct fixture *fixture = *state;
    const uint64_t gc_frame = MADE_UP_HEAP, inner = fixture->made_up->top;

    fixture->gil.gc_frame = remote_at(gc_frame);
    for (int with_gil = 0; with_gil <= 1; with_gil++) {
        fixture->gil.locked = with_gil != 0;
        fixture->gil.holder = remote_at(MADE_UP_THREAD);
        fixture->gil.gc_began = true;
        fixture->gil.collecting = remote_at(gc_frame - 8);
        fixture->thread->cpu.run.turns--;
        made_up_word(fixture->made_up, gc_frame, inner - MADE_UP_FRAME_BYTES);
        assert_true(go_round(fixture));
        assert_last_functions(fixture, (const uint32_t[]){INNER, FUNCTION_GC, OUTER}, 3);
        fixture->thread->cpu.run.turns--;
        made_up_word(fixture->made_up, gc_frame, inner);
        assert_true(go_round(fixture));
        assert_last_functions(fixture, (const uint32_t[]){FUNCTION_GC, INNER, OUTER}, 3);
        /* On another thread's stack; and not at work. */
        for (unsigned other = 0; other <= 1; other++) {
            fixture->thread->cpu.run.turns--;
            made_up_word(fixture->made_up, gc_frame, other * (MADE_UP_HEAP + 0x1000));
            assert_true(go_round(fixture));
            assert_last_functions(fixture, (const uint32_t[]){INNER, OUTER}, 2);
        }
    }
}

/* Its sample is held for as long as it waits, so it is no matter that the round began before. */
static void a_collection_that_began_since_is_told_of_a_thread_that_waits(void **state)
{
    struct fixture *fixture = *state;

    fixture->gil.gc_frame = remote_at(MADE_UP_HEAP);
    made_up_word(fixture->made_up, MADE_UP_HEAP, fixture->made_up->top);
    assert_true(go_round(fixture));
    assert_int_equal(fixture->sink.last.sample.frames[0].function, FUNCTION_GC);
}

/* Between Python functions only, if asked for; the collector is C code, too. */
static void c_code_between_functions_is_marked(void **state)
{
    static const uint32_t OUTER = FUNCTION_FIRST, INNER = FUNCTION_FIRST + 1;
    struct fixture *fixture = *state;
    struct made_up *made_up = fixture->made_up;
    const uint64_t inner = made_up->top, entry = MADE_UP_C_STACK + 0x200;

    made_up_frame(made_up, entry, 0, inner - MADE_UP_FRAME_BYTES, OWNER_ENTRY);
    made_up_word(made_up, inner + made_up->layout.frame.previous, entry);
    assert_true(go_round(fixture));
    assert_last_functions(fixture, (const uint32_t[]){INNER, OUTER}, 2);
    fixture->native_markers = true;
    fixture->thread->cpu.run.turns--;
    assert_true(go_round(fixture));
    assert_last_functions(fixture, (const uint32_t[]){INNER, FUNCTION_NATIVE, OUTER}, 3);
    fixture->gil.gc_frame = remote_at(MADE_UP_HEAP);
    made_up_word(made_up, MADE_UP_HEAP, inner - MADE_UP_FRAME_BYTES);
    fixture->thread->cpu.run.turns--;
    assert_true(go_round(fixture));
    assert_last_functions(fixture, (const uint32_t[]){INNER, FUNCTION_GC, OUTER}, 3);
    /* A function that called C code which is about to call, or has just returned. */
    made_up_word(made_up, MADE_UP_HEAP, 0);
    made_up_frame(made_up, entry + 0x100, 0, inner, OWNER_ENTRY);
    made_up_mark(made_up, inner, true);
    made_up_set_top(made_up, entry + 0x100, made_up->next_slot);
    fixture->thread->cpu.run.turns--;
    assert_true(go_round(fixture));
    assert_last_functions(fixture, (const uint32_t[]){INNER, FUNCTION_NATIVE, OUTER}, 3);
}

static void what_the_sink_had_no_room_for_is_told_by_the_next(void **state)
{
    struct fixture *fixture = *state;

    assert_true(go_round(fixture));
    fixture->thread->cpu.run.turns--;
    fixture->sink.full = true;
    assert_true(go_round(fixture));
    assert_int_equal(fixture->counts.lost, 1);
    fixture->sink.full = false;
    fixture->thread->cpu.run.turns--;
    assert_true(go_round(fixture));
    assert_int_equal(fixture->sink.last.sample.wall_ns, 2 * ROUND_NS);
}

/* --- names that are put again ---------------------------------------------------------------- */

enum { NAMED = 30, HIDDEN_AT = 20, REST = 10 }; /* from the leaf */

/* Puts a stack of which the frames from `fresh` on are as in the one put before, and compares what stands in the
   sample: the functions 1 to NAMED from the root on, without the hidden one, and the collector above it all. */
static void put_and_compare(struct naming *naming, struct record_frame *frames, uint64_t serial, size_t fresh,
                            bool collected)
{
    struct walk_frame walked[NAMED] = {{.called_c = false}};
    const struct walk_stack stack = {
        .frames = walked, .depth = NAMED, .serial = serial, .rest_of = serial - 1, .fresh = fresh};
    struct record_sample sample = {.depth = 0};
    size_t at = 0;

    for (size_t i = 0; i < NAMED; i++)
        walked[i].address = remote_at(MADE_UP_CHUNK + i);
    naming->kept = NAMED - fresh;
    naming_put(naming, &stack, 0, (struct gc_at){.top = collected}, false, &sample, frames);
    assert_int_equal(sample.depth, NAMED - 1 + collected);
    if (collected)
        assert_int_equal(frames[at++].function, FUNCTION_GC);
    for (size_t i = 0; i < NAMED; i++)
        if (i != HIDDEN_AT)
            assert_int_equal(frames[at++].function, NAMED - i);
}

static void a_collection_and_a_hidden_frame_are_not_put_again(void **state)
{
    struct record_frame *frames = calloc(RECORD_DEPTH_MAX, sizeof *frames);
    struct naming naming = {.memo = NULL};

    (void)state;
    assert_non_null(frames);
    assert_true(naming_init(&naming));
    for (uint32_t i = 0; i < NAMED; i++)
        naming.memo[i].record.function = i == NAMED - 1 - HIDDEN_AT ? CODE_HIDDEN : i + 1;
    put_and_compare(&naming, frames, 1, NAMED, true);
    put_and_compare(&naming, frames, 2, REST, false);
    naming_free(&naming);
    free(frames);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)
    const struct CMUnitTest tests[] = {
        TEST(a_thread_that_waits_is_read_once),
        TEST(what_could_not_be_read_is_not_told_from_memory),
        TEST(a_function_that_could_not_be_told_leaves_no_half_stack),
        TEST(a_stack_not_proven_is_read_again),
        TEST(a_sleeper_that_was_passed_stood_for_all_that_time),
        TEST(a_sleeper_that_was_left_out_stood_for_all_that_time),
        TEST(a_sleeper_that_has_the_gil_has_it_since_the_last_round),
        TEST(a_thread_state_of_another_is_not_sampled),
        TEST(time_in_which_nobody_looked_is_not_counted),
        TEST(who_waits_for_the_gil_is_not_looked_at_before_it_can_have_had_it),
        TEST(who_waits_for_the_gil_is_looked_at_now_and_then),
        TEST(only_a_collector_at_work_is_told),
        TEST(the_collector_stands_above_the_frame_that_it_interrupted),
        TEST(a_collection_that_began_since_is_told_of_a_thread_that_waits),
        TEST(c_code_between_functions_is_marked),
        TEST(what_the_sink_had_no_room_for_is_told_by_the_next),
        cmocka_unit_test(a_collection_and_a_hidden_frame_are_not_put_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
