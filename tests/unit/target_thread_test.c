/* target_thread: a thread that waits, on a stack that is made up; what is told of it when its stack
   could not be read, not be proven, or not be put. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "target_thread_fixture.h"
#include "base/clock.h"
#include "sample/cpu_hold.h"
#include "sample/engine.h"

/* Whether one that is made in a round at `now_ns`, after one at `before_ns`, may be ridden along with in that round. */
static bool may_ride_at_once(const struct fixture *fixture, uint64_t before_ns)
{
    struct task_ids tasks = task_ids_of(getpid());
    const struct thread_source source = {.tasks = &tasks,
                                         .reader = &fixture->made_up->reader,
                                         .layout = &fixture->made_up->layout,
                                         .room = fixture->room};
    const struct thread_found found = {.address = remote_at(MADE_UP_THREAD), .native_id = (uint64_t)fixture->tid};
    const struct thread_round round = {.before_ns = before_ns, .now_ns = fixture->now_ns};
    struct target_thread *thread = target_thread_new(&source, &found, 0, fixture->now_ns, &round);
    bool may;

    assert_non_null(thread);
    may = target_thread_may_ride(thread, &round);
    target_thread_free(thread);
    task_ids_free(&tasks);
    return may;
}

/* A new one may not live for long; those that are there when the sampling begins most likely do. */
static void only_new_ones_are_not_ridden_with_at_once(void **state)
{
    const struct fixture *fixture = *state;

    assert_true(may_ride_at_once(fixture, 0));
    assert_false(may_ride_at_once(fixture, fixture->now_ns - ROUND_NS));
}

static struct {
    int cpu;       /* the thread's */
    bool moves;    /* this one is moved off that in the next reading of the stack */
    int last_from; /* where the last reading was made */
} ridden;

/* As the kernel may do with a thread that is not held, while another one has its turn. */
static void move_in_the_middle(struct made_up *made_up, const struct piece *piece)
{
    (void)made_up;
    if (piece->address.value != MADE_UP_THREAD)
        return;
    if (ridden.moves) {
        assert_true(cpu_hold_off(ridden.cpu));
        cpu_hold_end();
    }
    ridden.moves = false;
    ridden.last_from = sched_getcpu();
}

/* Rides along, on that CPU by itself at first. Whether the last reading was made there, too. */
static bool reads_from_there(struct fixture *fixture, bool moves)
{
    ridden.moves = moves;
    ridden.cpu = kernel_thread_cpu(&fixture->thread->kernel);
    assert_true(cpu_hold_on(ridden.cpu));
    cpu_hold_end();
    engine_begin(fixture->engine, fixture->now_ns);
    assert_true(go_round(fixture));
    engine_end(fixture->engine, fixture->now_ns, 1, 0);
    engine_leave();
    return ridden.last_from == ridden.cpu;
}

/* Its thread may have run then. */
static void what_was_read_as_this_thread_was_moved_is_not_used(void **state)
{
    struct fixture *fixture = *state;
    const struct engine_options options = {ENGINE_RIDE, 0.02, ROUND_NS};
    struct engine engine;
    cpu_set_t home;

    assert_int_equal(sched_getaffinity(0, sizeof home, &home), 0);
    if (CPU_COUNT(&home) == 1)
        skip(); /* there is no other */
    engine_init(&engine, &options);
    fixture->engine = &engine;
    fixture->now_ns += NS_PER_S; /* it is known for long enough */
    fixture->gil.locked = true;
    fixture->gil.holder = remote_at(MADE_UP_THREAD);
    assert_true(go_round(fixture)); /* what is new is read more than once */
    fixture->made_up->hook = move_in_the_middle;
    assert_true(reads_from_there(fixture, false));
    assert_true(reads_from_there(fixture, true));
    assert_true(reads_from_there(fixture, false));
    assert_int_equal(fixture->sink.last.sample.flags, 0);
    fixture->made_up->hook = NULL;
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

/* A sample that stands for many rounds is as many samples, also where it could not be proven, or read. */
static void what_is_of_many_rounds_counts_as_many(void **state)
{
    struct fixture *fixture = *state;

    fixture->at_once = 100;
    fixture->made_up->hook = move;
    assert_true(go_round(fixture));
    assert_int_equal(fixture->counts.samples, 100);
    assert_int_equal(fixture->counts.truncated, 100);
    fixture->made_up->hook = NULL;
    fixture->made_up->fail_with = EFAULT;
    assert_false(go_round(fixture));
    assert_int_equal(fixture->counts.samples, 100);
    assert_int_equal(fixture->counts.failed, 100);
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

/* A round that begins with a reading of the GIL, with which a stack that is foreseen is read; behind that the thread calls, if it
   does. Whether its sample is of `*depth` frames and that call, so that it was read for itself. */
static bool is_read_for_itself(struct fixture *fixture, bool calls, uint32_t *depth)
{
    struct reader *reader = &fixture->made_up->reader;
    uint64_t word;

    walk_room_foresee(fixture->room, reader);
    assert_true(reader_read_word(reader, remote_at(MADE_UP_THREAD), &word));
    if (calls) {
        made_up_push(fixture->made_up, MADE_UP_CODES);
        ++*depth;
    }
    fixture->thread->cpu.run.turns--; /* it ran */
    assert_true(go_round(fixture));
    return fixture->thread->held.depth == *depth;
}

/* What was read with the GIL is of who has it. Without it the kernel tells what it does, of a later moment: a stack of before that
   would stand for its sleep. */
static void a_stack_that_was_foreseen_is_of_who_has_the_gil(void **state)
{
    struct fixture *fixture = *state;
    uint32_t depth = 2;

    fixture->gil.locked = true;
    fixture->gil.holder = remote_at(MADE_UP_THREAD);
    for (int i = 0; i < 100; i++) /* its code objects become well known: then the same is read in each round */
        assert_true(is_read_for_itself(fixture, false, &depth));
    for (int i = 0; i < 3; i++)
        assert_false(is_read_for_itself(fixture, true, &depth));
    fixture->gil.locked = false;
    fixture->gil.holder = remote_at(0);
    for (int i = 0; i < 100; i++)
        assert_true(is_read_for_itself(fixture, true, &depth));
}

/* The state of another thread stands where its own did. */
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
    assert_true(target_thread_is_stateless(fixture->thread) && fixture->thread->stale);
    assert_int_equal(fixture->sink.samples, 1);
    assert_int_equal(fixture->counts.failed, 0);
}

/* As the kernel has it: it may call into Python anew. Its time is told, without a stack, and nothing is read. */
static void a_thread_without_a_state_is_told_without_a_stack(void **state)
{
    struct fixture *fixture = *state;
    const struct record_sample *sample = &fixture->sink.last.sample;
    struct thread_found found = fixture->thread->found;
    const struct thread_round lost = {
        .now_ns = fixture->now_ns, .counts = &fixture->counts, .sink = &fixture->sink.sink};
    struct thread_round taken = lost;

    assert_true(go_round(fixture));
    target_thread_lose_state(fixture->thread, &lost);
    fixture->thread->stale = false; /* the lists were read */
    assert_int_equal(fixture->sink.ends, 0);
    fixture->thread->cpu.run.turns--;
    fixture->made_up->calls = 0;
    assert_true(go_round(fixture));
    assert_int_equal(sample->depth, 0);
    assert_int_equal(sample->state, THREAD_IDLE);
    for (unsigned i = 0; i < 150; i++)
        assert_true(go_round(fixture));
    taken.now_ns = fixture->now_ns;
    taken.gil = &fixture->gil;
    assert_true(target_thread_sleeps(fixture->thread, &taken));
    assert_int_equal(fixture->made_up->calls, 0);
    /* It gets one, where the same stack stands. */
    fixture->sink.samples = 0;
    assert_true(target_thread_take_state(fixture->thread, &found, fixture->now_ns, &taken));
    assert_int_equal(fixture->sink.samples, 1);
    assert_int_equal(sample->depth, 0);
    assert_true(go_round(fixture));
    assert_int_equal(sample->depth, 2);
    assert_int_equal(sample->wall_ns, ROUND_NS);
    assert_int_equal(fixture->sink.ends, 0);
}

/* At once, as it would be shown with the GIL until then, and also if its name is not told yet; where there is no room, it is told in a later round. */
static void an_end_is_told_once_in_its_round(void **state)
{
    struct fixture *fixture = *state;

    fixture->gil.locked = true;
    fixture->gil.holder = fixture->thread->found.address;
    assert_true(go_round(fixture));
    assert_int_equal(fixture->sink.last.sample.state, THREAD_HAS_GIL);
    fixture->gil.locked = false;
    target_thread_rename(fixture->thread, "Thread-7");
    sem_post(&fixture->wake);
    assert_int_equal(pthread_join(fixture->sleeper, NULL), 0);
    fixture->joined = true;
    fixture->sink.full = true;
    while (!fixture->thread->ended) /* the kernel has it for a moment more */
        assert_true(go_round(fixture));
    assert_int_equal(fixture->sink.ends, 0);
    fixture->sink.full = false;
    assert_true(go_round(fixture));
    assert_true(go_round(fixture));
    assert_int_equal(fixture->sink.ends, 1);
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

/* It has a state in another interpreter, which was charged with all but the last nanosecond that it used. */
static void cpu_time_is_charged_to_one_state_of_a_thread(void **state)
{
    struct fixture *fixture = *state;
    struct target_thread *thread = fixture->thread;
    struct target_thread inner = {.cpu.charged_ns = 5 * NS_PER_MS};

    for (unsigned acting = 0; acting <= 1; acting++) {
        inner.held.depth = acting == 0; /* it is what the thread is in, at first */
        thread->inner = &inner;
        assert_true(go_round(fixture));
        thread->cpu.run.turns--;
        thread->cpu.charged_ns = 0;
        inner.cpu.charged_ns = thread->cpu.run.cpu_ns - 1;
        assert_true(go_round(fixture));
        thread->inner = NULL;
        assert_in_range(fixture->sink.last.sample.cpu_ns, 0, acting);
    }
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

/* It took the GIL once, and went on in another interpreter. */
static void who_has_the_gil_in_another_interpreter_does_not_wait_for_it(void **state)
{
    struct fixture *fixture = *state;
    struct target_thread inner = {.found.address = remote_at(2)};

    wait_for_gil(fixture);
    fixture->pass = true;
    fixture->thread->inner = &inner;
    fixture->gil.switches++;
    assert_true(go_round(fixture));
    assert_int_equal(fixture->passes, 1);
    fixture->gil.switches++;
    fixture->gil.holder = inner.found.address;
    fixture->thread->cpu.run.turns--;
    assert_true(go_round(fixture));
    assert_int_equal(fixture->passes, 1);
    assert_int_equal(fixture->thread->held.state, THREAD_IDLE);
    fixture->thread->inner = NULL;
}

/* It is looked at because it can have had the GIL, so what is found then does not stand for the time before. */
static void who_waited_for_the_gil_did_so_up_to_the_last_round(void **state)
{
    struct fixture *fixture = *state;
    const struct record_sample *last = &fixture->sink.last.sample;
    unsigned samples;

    wait_for_gil(fixture);
    fixture->pass = true;
    for (unsigned i = 0; i < 3; i++)
        assert_true(go_round(fixture));
    samples = fixture->sink.samples;
    fixture->gil.start = remote_at(1); /* what it sleeps in is no part of it any more */
    fixture->gil.size = 1;
    fixture->gil.switches += 2;
    fixture->thread->cpu.run.turns--;
    assert_true(go_round(fixture));
    assert_int_equal(fixture->passes, 3);
    assert_int_equal(fixture->sink.samples, samples + 2);
    assert_int_equal(last->state, THREAD_IDLE);
    assert_int_equal(last->wall_ns, ROUND_NS);
    assert_int_equal(last->rounds, 1);
    assert_int_equal(fixture->counts.samples, 5);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        THREAD_TEST(what_was_read_as_this_thread_was_moved_is_not_used),
        THREAD_TEST(only_new_ones_are_not_ridden_with_at_once),
        THREAD_TEST(a_thread_that_waits_is_read_once),
        THREAD_TEST(what_could_not_be_read_is_not_told_from_memory),
        THREAD_TEST(a_function_that_could_not_be_told_leaves_no_half_stack),
        THREAD_TEST(a_stack_not_proven_is_read_again),
        THREAD_TEST(what_is_of_many_rounds_counts_as_many),
        THREAD_TEST(a_sleeper_that_was_passed_stood_for_all_that_time),
        THREAD_TEST(a_sleeper_that_was_left_out_stood_for_all_that_time),
        THREAD_TEST(a_sleeper_that_has_the_gil_has_it_since_the_last_round),
        THREAD_TEST(a_stack_that_was_foreseen_is_of_who_has_the_gil),
        THREAD_TEST(a_thread_state_of_another_is_not_sampled),
        THREAD_TEST(a_thread_without_a_state_is_told_without_a_stack),
        THREAD_TEST(an_end_is_told_once_in_its_round),
        THREAD_TEST(time_in_which_nobody_looked_is_not_counted),
        THREAD_TEST(cpu_time_is_charged_to_one_state_of_a_thread),
        THREAD_TEST(who_waits_for_the_gil_is_not_looked_at_before_it_can_have_had_it),
        THREAD_TEST(who_has_the_gil_in_another_interpreter_does_not_wait_for_it),
        THREAD_TEST(who_waited_for_the_gil_did_so_up_to_the_last_round),
        THREAD_TEST(who_waits_for_the_gil_is_looked_at_now_and_then),
        THREAD_TEST(what_the_sink_had_no_room_for_is_told_by_the_next),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
