/*
 * rights - what the kernel goes by when one process wants to read another: ids, capabilities, namespaces,
 * filters, as /proc tells them to anybody; and what of /proc there is to ask.
 *
 * Facts only; what follows from them is told in refusal.h. All functions may be called from any thread.
 */
#ifndef MEMORY_RIGHTS_H
#define MEMORY_RIGHTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define RIGHTS_PTRACE (UINT64_C(1) << 19) /* CAP_SYS_PTRACE, include/uapi/linux/capability.h */

/* Of one process. */
struct rights {
    char state;            /* as in /proc/PID/status: 'R', 'S', 'Z' … */
    pid_t leader;          /* the process; another id than asked for when that is one of its threads */
    uint32_t uid[3];       /* real, effective, saved */
    uint32_t gid[3];
    uint64_t permitted;    /* sets of capabilities, bit 1 << number, in its user namespace */
    uint64_t effective;
    uint64_t bounding;     /* what it, and all that it runs, can ever have */
    pid_t tracer;          /* the thread that traces it; 0: none, or one that is not to be seen from here */
    bool no_new_privs;     /* sudo and the like give nothing any more */
    bool filtered;         /* some seccomp filter stands between it and the kernel */
    bool undumpable;       /* as far as its files in /proc tell: false where that is not to be known */
    bool is_kernel_thread;
    unsigned pid_depth;    /* PID namespaces that it is in, from that of /proc on; 1: no other */
    char uid_map[256];     /* how its user namespace numbers users: two that differ are two namespaces */
};

/* Reads those of process `pid`, or with 0 those of this one. False: it is not there, or /proc hides it. */
bool rights_read(struct rights *rights, pid_t pid);

/* Whether there is a process of this id, whatever /proc tells of it. Sends it nothing. */
bool rights_is_there(pid_t pid);

enum proc_folder {
    PROC_OURS,
    PROC_OTHER,   /* of another PID namespace: its numbers are not those that system calls take */
    PROC_MISSING,
};
enum proc_folder rights_proc(void);

/* Yama's scope (Documentation/admin-guide/LSM/Yama.rst), or -1 where there is no Yama. */
int rights_yama_scope(void);

/* Why process_vm_readv(2) does not even read the memory of this process itself, which needs no right: an
   errno that a filter, or a kernel built without the call, gives; 0: it does. */
int rights_call_refused(void);

/* Whether two processes (0: this one) are in the same namespace of a kind, such as "pid"; both links must be
   readable for more than SHARED_UNKNOWN. */
enum shared { SHARED_UNKNOWN, SHARED_YES, SHARED_NO };
enum shared rights_share_namespace(pid_t pid, const char *kind);

#endif
