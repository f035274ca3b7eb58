// Loaded before libc into qemu-storage-daemon: the next flushes take as long as a file says that both have mapped.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { LARGEST_COUNT = 8 };

// The same layout as in surroundings.py.
struct control {
    // Flushes that are to be slow, and how many of them were.
    _Atomic uint32_t count;
    _Atomic uint32_t begun;
    uint32_t milliseconds[LARGEST_COUNT];
};

static struct control *control;

__attribute__((constructor)) static void load(void) {
    const char *path = getenv("SLOW_DISK_CONTROL");
    if (path == NULL) return;
    int descriptor = open(path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return;
    void *mapped = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    close(descriptor);
    if (mapped != MAP_FAILED) control = mapped;
}

static void wait_for_disk(void) {
    if (control == NULL || atomic_load(&control->begun) >= atomic_load(&control->count)) return;
    uint32_t index = atomic_fetch_add(&control->begun, 1);
    if (index >= atomic_load(&control->count) || index >= LARGEST_COUNT) return;
    uint32_t milliseconds = control->milliseconds[index];
    struct timespec left = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {}
}

int fsync(int descriptor) {
    static int (*real)(int);
    if (real == NULL) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    wait_for_disk();
    return real(descriptor);
}

int fdatasync(int descriptor) {
    static int (*real)(int);
    if (real == NULL) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    wait_for_disk();
    return real(descriptor);
}
