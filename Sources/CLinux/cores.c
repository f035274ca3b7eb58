#define _GNU_SOURCE
#include "linux_calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

int linux_forbid_cores_unless_asked_for(void) {
    const char *wish = getenv("HOLDPOINT_ALLOW_CORES");
    if (wish != NULL && strcmp(wish, "1") == 0) return 0;
    // For children, who inherit it. 0 would still feed a program that the kernel is told to pipe cores to; 1 byte is
    // too little for a file, and the kernel's sign for starting no such program.
    struct rlimit limit = {.rlim_cur = 1, .rlim_max = 1};
    // Fails only for one that is lower already.
    setrlimit(RLIMIT_CORE, &limit);
    // For this process, whatever anybody makes of the limit; also nobody but root may look into its memory.
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? -errno : 0;
}
