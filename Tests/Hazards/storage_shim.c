// Loaded before libc into qemu-storage-daemon: makes the disk below its layers slow, and writes down what its monitor
// is told. Both through files beside the library: while `slow` is there, no flush of a layer ends; `commands` gets the
// monitor's input.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

enum { POLL_MICROSECONDS = 10000 };

static char slow[PATH_MAX], commands[PATH_MAX];

__attribute__((constructor)) static void load(void) {
    const char *folder = getenv("HAZARD_FOLDER");
    if (folder == NULL) return;
    snprintf(slow, sizeof slow, "%s/slow", folder);
    snprintf(commands, sizeof commands, "%s/commands", folder);
}

static int is_layer(int descriptor) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strstr(path, "/layers/") != NULL;
}

static void wait_for_disk(int descriptor) {
    int saved = errno;
    if (*slow != 0 && is_layer(descriptor))
        while (access(slow, F_OK) == 0) usleep(POLL_MICROSECONDS);
    errno = saved;
}

static int is_monitor(int descriptor) {
    struct sockaddr_un address;
    socklen_t length = sizeof address;
    memset(&address, 0, sizeof address);
    if (getsockname(descriptor, (struct sockaddr *)&address, &length) != 0 || address.sun_family != AF_UNIX) return 0;
    const char *dot = memrchr(address.sun_path, '.', strnlen(address.sun_path, sizeof address.sun_path));
    return dot != NULL && strncmp(dot, ".qmp", 5) == 0;
}

static void note(int descriptor, const struct iovec *parts, size_t count, size_t left) {
    int saved = errno;
    int file = *commands != 0 && is_monitor(descriptor) ? open(commands, O_WRONLY | O_APPEND | O_CREAT, 0600) : -1;
    for (size_t index = 0; file >= 0 && index < count && left > 0; index++) {
        size_t length = parts[index].iov_len < left ? parts[index].iov_len : left;
        if (write(file, parts[index].iov_base, length) < 0) break;
        left -= length;
    }
    if (file >= 0) close(file);
    errno = saved;
}

// The real function behind ours.
#define REAL(result, name, ...)             \
    static result (*real)(__VA_ARGS__);     \
    if (real == NULL) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

int fsync(int descriptor) {
    REAL(int, fsync, int);
    wait_for_disk(descriptor);
    return real(descriptor);
}

int fdatasync(int descriptor) {
    REAL(int, fdatasync, int);
    wait_for_disk(descriptor);
    return real(descriptor);
}

ssize_t recvmsg(int descriptor, struct msghdr *message, int flags) {
    REAL(ssize_t, recvmsg, int, struct msghdr *, int);
    ssize_t length = real(descriptor, message, flags);
    if (length > 0) note(descriptor, message->msg_iov, message->msg_iovlen, (size_t)length);
    return length;
}
