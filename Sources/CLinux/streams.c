#define _GNU_SOURCE
#include "linux_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int linux_fill_standard_streams(void) {
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++) {
        if (fcntl(stream, F_GETFD) >= 0) continue;
        // The lowest free number is this one: those before it are open by now.
        if (open("/dev/null", O_RDONLY) < 0) return -errno;
    }
    return 0;
}
