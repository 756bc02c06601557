#include "launch/gate.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

int gate_shut(const char *path)
{
    struct stat is;
    int file;

    /* To open a pipe, if only for a moment, takes from the program what is written to it. */
    if (stat(path, &is) != 0 || !S_ISREG(is.st_mode))
        return GATE_NONE;
    file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0)
        return GATE_NONE;
    /* The signal that tells of who waits would be SIGIO, and end this process: rather one that is ignored. */
    if (fcntl(file, F_SETSIG, SIGURG) != 0 || fcntl(file, F_SETLEASE, F_WRLCK) != 0) {
        close(file);
        return GATE_NONE;
    }
    return file;
}

void gate_open(int gate)
{
    if (gate == GATE_NONE)
        return;
    fcntl(gate, F_SETLEASE, F_UNLCK);
    close(gate);
}
