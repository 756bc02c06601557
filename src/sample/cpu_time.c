#include "sample/cpu_time.h"

#include <errno.h>

#include "base/clock.h"

enum {
    TICK_MAX_MS = 10,   /* the kernel's clock, at its slowest */
    ASK_EVERY_MS = 4,   /* who is seen to keep a turn is asked for so often (a tick where the kernel has 250 in a second), */
    ASK_RARELY_MS = 10, /* or so often, */
    TURN_PARTS = 8,     /* who has had it for so many times as long */
};

void cpu_time_begin(struct cpu_time *cpu, struct kernel_thread *kernel, uint64_t born_ns, uint64_t now_ns)
{
    const uint64_t most_ns = now_ns - born_ns;

    *cpu = (struct cpu_time){.asked_ns = now_ns, .turn_ns = now_ns, .since_ns = now_ns};
    kernel_thread_run(kernel, &cpu->run);
    cpu->charged_ns = cpu->run.cpu_ns > most_ns ? cpu->run.cpu_ns - most_ns : 0;
}

void cpu_time_take_over(struct cpu_time *cpu)
{
    cpu->charged_ns = cpu->met_ns = cpu->run.cpu_ns;
    cpu->was_on_cpu = cpu->same_turn = true;
    cpu->just_met = true;
}

/* Whether it most likely has the CPU still; if not, it is charged with up to so much too much, until it is asked for. */
static bool goes_on(const struct cpu_time *cpu, uint64_t now_ns)
{
    const bool kept_turn = cpu->turn_ns < cpu->asked_ns;
    const uint64_t turn_ns = now_ns - cpu->turn_ns;
    uint64_t every_ns = clock_least(turn_ns / TURN_PARTS, ASK_RARELY_MS * NS_PER_MS);

    if (every_ns < ASK_EVERY_MS * NS_PER_MS)
        every_ns = ASK_EVERY_MS * NS_PER_MS;
    return cpu->was_on_cpu && kept_turn && now_ns - cpu->asked_ns < every_ns;
}

enum cpu_time_now cpu_time_look(struct cpu_time *cpu, struct kernel_thread *kernel, bool has_gil, uint64_t now_ns)
{
    const struct kernel_run before = cpu->run;
    bool told, knows_turn;

    if (has_gil && goes_on(cpu, now_ns))
        return CPU_TIME_RAN;
    told = kernel_thread_run(kernel, &cpu->run);
    if (!told && kernel_thread_ended(errno))
        return CPU_TIME_ENDED;
    cpu->asked_ns = now_ns;
    if (cpu->run.cpu_ns != before.cpu_ns)
        cpu->since_ns = now_ns;
    cpu->same_turn = cpu->run.turns == before.turns;
    /* Kernels that do not count turns say 0, which no thread can have had. */
    knows_turn = told && cpu->run.turns != 0 && cpu->same_turn;
    if (!knows_turn)
        cpu->turn_ns = now_ns;
    return knows_turn && cpu->run.cpu_ns == before.cpu_ns ? CPU_TIME_STOOD : CPU_TIME_RAN;
}

/* What the kernel tells first of one that was met is also of before, and in no sample of it. */
static void leave_out_before(struct cpu_time *cpu, uint64_t used_ns, uint64_t most_ns)
{
    if (!cpu->just_met || cpu->run.cpu_ns == cpu->met_ns)
        return;
    cpu->just_met = false;
    if (used_ns > cpu->charged_ns + most_ns)
        cpu->charged_ns = used_ns - most_ns;
}

/* Whoever is sampled after the tick would be charged for all that ran since the one before. So a thread on a CPU is
   taken to have gone on since, and from one sample to the next where it had no other turn in between. Else it came to
   the CPU since the last sample: of its time up to then, the kernel has told all. */
uint64_t cpu_time_charge(struct cpu_time *cpu, uint64_t since_ns, uint64_t now_ns, bool on_cpu)
{
    const bool went_on = on_cpu && cpu->was_on_cpu && cpu->same_turn;
    const uint64_t most_ns = cpu->run.cpu_ns + (now_ns - cpu->asked_ns) + TICK_MAX_MS * NS_PER_MS;
    const uint64_t began_ns = went_on || cpu->since_ns > since_ns ? cpu->since_ns : since_ns;
    uint64_t used_ns = cpu->run.cpu_ns;
    uint64_t charged_ns;

    if (on_cpu)
        used_ns = clock_least(used_ns + now_ns - began_ns, most_ns);
    if (went_on && used_ns < cpu->charged_ns + now_ns - since_ns)
        used_ns = clock_least(cpu->charged_ns + now_ns - since_ns, most_ns);
    leave_out_before(cpu, used_ns, now_ns - since_ns);
    cpu->was_on_cpu = on_cpu;
    if (used_ns <= cpu->charged_ns)
        return 0;
    charged_ns = used_ns - cpu->charged_ns;
    cpu->charged_ns = used_ns;
    return charged_ns;
}

uint64_t cpu_time_charge_before(struct cpu_time *cpu, uint64_t since_ns, uint64_t now_ns)
{
    const uint64_t until_ns = cpu->charged_ns + (now_ns - since_ns);
    const uint64_t charged_ns = cpu->run.cpu_ns > until_ns ? cpu->run.cpu_ns - until_ns : 0;

    cpu->charged_ns += charged_ns;
    return charged_ns;
}

void cpu_time_skip(struct cpu_time *cpu, struct kernel_thread *kernel, uint64_t now_ns)
{
    kernel_thread_run(kernel, &cpu->run);
    cpu->charged_ns = cpu->run.cpu_ns;
    cpu->asked_ns = cpu->since_ns = cpu->turn_ns = now_ns;
    cpu->was_on_cpu = false;
}
