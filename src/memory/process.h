/*
 * process - a reader of a live process, by process_vm_readv(2), or through /proc/PID/mem where that
 * call is refused by a filter, or the process's first thread ended. No ptrace stop, no signal, no write.
 */
#ifndef MEMORY_PROCESS_H
#define MEMORY_PROCESS_H

#include <sys/types.h>

#include "memory/reader.h"

/* A reader of process `pid`, freed with reader_free(). NULL: it is not there, or may not be read; the
   error then says which of the reasons it is and what to do (refusal.h). */
struct reader *process_reader_new(pid_t pid, struct error *error);

/* The id by which system calls and /proc lead to the memory of process `pid`: its own, or where the thread that it has
   that from ended, that of another thread, as long as that lives. Any thread may ask. */
pid_t process_memory_id(pid_t pid);

#endif
