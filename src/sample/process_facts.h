/*
 * process_facts - what the kernel tells of a whole process: its files in /proc, command line, age and CPU time.
 */
#ifndef SAMPLE_PROCESS_FACTS_H
#define SAMPLE_PROCESS_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/* Reads /proc/PID/`name` as it is, terminated, cut to `room`; gives its length, 0 and "" when it is empty or not to be
   had. Any thread. */
size_t process_file(pid_t pid, const char *name, char *text, size_t room);

/* The command line, cleaned, without the program's folder, arguments parted by spaces, cut to `room`;
   the kernel's short name in brackets when it has none; "" when the process is gone. Any thread. */
void process_command(pid_t pid, char *command, size_t room);

/* The process that it is a child of; 0: it is gone, or has none here. Any thread. */
pid_t process_parent(pid_t pid);

/* Whether it is stopped as a job is, by SIGSTOP or the terminal. */
bool process_is_stopped(pid_t pid);

/* When the process began, in clock ticks since the boot: with its id it tells the process from all others; 0: it is
   gone. Any thread. */
uint64_t process_started_ticks(pid_t pid);

/* When the process began, on the clock of base/clock.h; 0: not known. */
uint64_t process_started_ns(pid_t pid);

/* CPU time used so far by all threads of the process behind a clock of clock_getcpuclockid(3), those
   that ended included; 0 when it is gone or `valid` is false. */
uint64_t process_cpu_ns(clockid_t clock, bool valid);

#endif
