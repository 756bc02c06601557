/*
 * gate - holds a program at the moment at which it opens a file, until that is let go.
 *
 * It is a lease (fcntl(2), "Leases"): while this process has a write lease on a file, who opens the file waits in
 * open(2), as for a slow disk. So a Python that is started on a script cannot have run a line of it before the gate
 * opens, and nothing was done to it: it was neither signalled nor stopped, nor is anything of it changed. Others who
 * open the file meanwhile wait as long. Linux gives leases on regular files only, that nobody else has open, to who owns
 * them or has CAP_LEASE, and not on all file systems: elsewhere there is no gate.
 *
 * When this process ends, the gate opens; at the latest after /proc/sys/fs/lease-break-time.
 */
#ifndef LAUNCH_GATE_H
#define LAUNCH_GATE_H

#define GATE_NONE (-1)

/* Shuts the gate on the file at `path`, before anybody opens it who is to wait; GATE_NONE: there can be none. */
int gate_shut(const char *path);

/* Lets through who waits. GATE_NONE is fine. */
void gate_open(int gate);

#endif
