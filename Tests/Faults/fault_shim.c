// Loaded before libc into holdpointd: counts the calls that change files below one folder while it is armed, and at the
// n-th of them fails, kills the process or takes seconds. Tests arm it through a file that both have mapped.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum action { OFF, COUNT, FAIL, KILL_BEFORE, KILL_AFTER, SLOW };
// More are counted, but not told apart.
enum { LARGEST_CALL_COUNT = 4096 };
// Calls that need room, and those that do not.
enum need { ROOM = 1, NO_ROOM = 2 };

// The same layout as in shim.py.
struct control {
    _Atomic uint32_t action;
    // What FAIL fails with; how many milliseconds SLOW takes.
    uint32_t value;
    // Which calls count: a set of `enum need`.
    uint32_t needs;
    _Atomic uint32_t fired;
    uint64_t at;
    _Atomic uint64_t count;
    // Which call it was, and on what.
    char call[16];
    char path[PATH_MAX];
    // First letters of the calls, in their order.
    char calls[LARGEST_CALL_COUNT];
};

static struct control *control;
static const char *folder;
static size_t folder_length;

__attribute__((constructor)) static void load(void) {
    const char *path = getenv("FAULT_CONTROL");
    folder = getenv("FAULT_FOLDER");
    if (path == NULL || folder == NULL || strcmp(program_invocation_short_name, "holdpointd") != 0) return;
    folder_length = strlen(folder);
    int descriptor = open(path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return;
    void *mapped = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    close(descriptor);
    if (mapped != MAP_FAILED) control = mapped;
}

static int is_armed(void) {
    return control != NULL && atomic_load(&control->action) != OFF;
}

static int is_below_folder(const char *path) {
    return strncmp(path, folder, folder_length) == 0 && path[folder_length] == '/';
}

static void wait_for_disk(void) {
    struct timespec left = {control->value / 1000, control->value % 1000 * 1000000L};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {}
}

// What is to happen to this call.
static enum action decide(enum need need, const char *call, const char *path) {
    if ((control->needs & need) == 0 || !is_below_folder(path)) return OFF;
    uint64_t number = atomic_fetch_add(&control->count, 1) + 1;
    if (number <= LARGEST_CALL_COUNT) control->calls[number - 1] = *call;
    enum action action = atomic_load(&control->action);
    if (action == COUNT || number != control->at) return OFF;
    snprintf(control->call, sizeof control->call, "%s", call);
    snprintf(control->path, sizeof control->path, "%s", path);
    atomic_store(&control->fired, 1);
    if (action == KILL_BEFORE) kill(getpid(), SIGKILL);
    if (action == SLOW) wait_for_disk();
    return action;
}

static enum action decide_descriptor(enum need need, const char *call, int descriptor) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return OFF;
    path[length] = 0;
    return decide(need, call, path);
}

// The real function behind ours.
#define REAL(result, name, ...)                                          \
    static result (*real)(__VA_ARGS__);                                  \
    if (real == NULL) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

// Makes the call unless it is to fail; the last part kills behind it.
#define CALL(result, decision, ...)                                      \
    int saved = errno;                                                   \
    enum action action = is_armed() ? (decision) : OFF;                  \
    errno = action == FAIL ? (int)control->value : saved;                \
    if (action == FAIL) return -1;                                       \
    result value = real(__VA_ARGS__);                                    \
    if (action == KILL_AFTER) kill(getpid(), SIGKILL);                   \
    return value

ssize_t write(int descriptor, const void *bytes, size_t count) {
    REAL(ssize_t, write, int, const void *, size_t);
    CALL(ssize_t, decide_descriptor(ROOM, "write", descriptor), descriptor, bytes, count);
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    REAL(ssize_t, writev, int, const struct iovec *, int);
    CALL(ssize_t, decide_descriptor(ROOM, "write", descriptor), descriptor, parts, count);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
    CALL(ssize_t, decide_descriptor(ROOM, "write", descriptor), descriptor, bytes, count, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
    CALL(ssize_t, decide_descriptor(ROOM, "write", descriptor), descriptor, bytes, count, offset);
}

int ftruncate(int descriptor, off_t size) {
    REAL(int, ftruncate, int, off_t);
    CALL(int, decide_descriptor(ROOM, "truncate", descriptor), descriptor, size);
}

int ftruncate64(int descriptor, off64_t size) {
    REAL(int, ftruncate64, int, off64_t);
    CALL(int, decide_descriptor(ROOM, "truncate", descriptor), descriptor, size);
}

int fsync(int descriptor) {
    REAL(int, fsync, int);
    CALL(int, decide_descriptor(NO_ROOM, "sync", descriptor), descriptor);
}

int fdatasync(int descriptor) {
    REAL(int, fdatasync, int);
    CALL(int, decide_descriptor(NO_ROOM, "sync", descriptor), descriptor);
}

int rename(const char *from, const char *to) {
    REAL(int, rename, const char *, const char *);
    CALL(int, decide(ROOM, "rename", to), from, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    REAL(int, renameat, int, const char *, int, const char *);
    CALL(int, decide(ROOM, "rename", to), from_folder, from, to_folder, to);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    REAL(int, renameat2, int, const char *, int, const char *, unsigned);
    CALL(int, decide(ROOM, "rename", to), from_folder, from, to_folder, to, flags);
}

int unlink(const char *path) {
    REAL(int, unlink, const char *);
    CALL(int, decide(NO_ROOM, "unlink", path), path);
}

int unlinkat(int in_folder, const char *path, int flags) {
    REAL(int, unlinkat, int, const char *, int);
    CALL(int, decide(NO_ROOM, "unlink", path), in_folder, path, flags);
}

// Only those that make a file count.
#define OPEN(name)                                                                                             \
    int name(const char *path, int flags, ...) {                                                               \
        REAL(int, name, const char *, int, ...);                                                               \
        va_list more;                                                                                          \
        va_start(more, flags);                                                                                 \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;                                \
        va_end(more);                                                                                          \
        CALL(int, flags & O_CREAT && access(path, F_OK) != 0 ? decide(ROOM, "create", path) : OFF, path, flags, \
             mode);                                                                                            \
    }

OPEN(open)
OPEN(open64)
