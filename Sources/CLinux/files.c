#define _GNU_SOURCE
#include "linux_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int linux_open_plain_file(const char *path, int flags, mode_t mode) {
    // O_TRUNC would empty what turns out to be no file of ours.
    int descriptor = open(path, (flags & ~O_TRUNC) | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, mode);
    if (descriptor < 0) return errno == ENXIO ? -EMEDIUMTYPE : -errno;
    struct stat status;
    int error = fstat(descriptor, &status) < 0 ? errno : S_ISREG(status.st_mode) ? 0 : EMEDIUMTYPE;
    if (error == 0 && (flags & O_TRUNC) && ftruncate(descriptor, 0) < 0) error = errno;
    if (error == 0) return descriptor;
    close(descriptor);
    return -error;
}

int linux_supports_direct_access(const char *folder) {
    int descriptor = open(folder, O_TMPFILE | O_RDWR | O_DIRECT | O_CLOEXEC, 0600);
    if (descriptor < 0) return errno == EINVAL || errno == EOPNOTSUPP ? 0 : -errno;
    close(descriptor);
    return 1;
}

int linux_hold_byte(int descriptor, off_t offset, int exclusively) {
    struct flock lock = {
        .l_type = exclusively ? F_WRLCK : F_RDLCK, .l_whence = SEEK_SET, .l_start = offset, .l_len = 1, .l_pid = 0};
    return fcntl(descriptor, F_OFD_SETLK, &lock) < 0 ? -errno : 0;
}

int linux_is_locked(const char *path) {
    int descriptor = linux_open_plain_file(path, O_RDONLY, 0);
    if (descriptor < 0) return descriptor;
    // Length 0 is the whole file: QEMU locks single bytes near its beginning.
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0, .l_pid = 0};
    int result = fcntl(descriptor, F_OFD_GETLK, &lock) < 0 ? -errno : lock.l_type != F_UNLCK;
    close(descriptor);
    return result;
}
