#define _GNU_SOURCE
#include "linux_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int linux_supports_direct_access(const char *folder) {
    int descriptor = open(folder, O_TMPFILE | O_RDWR | O_DIRECT | O_CLOEXEC, 0600);
    if (descriptor < 0) return errno == EINVAL || errno == EOPNOTSUPP ? 0 : -errno;
    close(descriptor);
    return 1;
}

int linux_is_locked(const char *path) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return -errno;
    // Length 0 is the whole file: QEMU locks single bytes near its beginning.
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0, .l_pid = 0};
    int result = fcntl(descriptor, F_OFD_GETLK, &lock) < 0 ? -errno : lock.l_type != F_UNLCK;
    close(descriptor);
    return result;
}
