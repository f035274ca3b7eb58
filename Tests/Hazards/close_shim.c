// Standard output on a file system that tells late what it could not keep: EDQUOT at the end, as over NFS.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fails(const char *call) {
    const char *wanted = getenv("HOLDPOINT_TEST_FAILING_CALL");
    return wanted && strcmp(wanted, call) == 0;
}

int close(int descriptor) {
    int (*original)(int) = (int (*)(int))dlsym(RTLD_NEXT, "close");
    int result = original(descriptor);
    if (descriptor != STDOUT_FILENO || !fails("close")) return result;
    errno = EDQUOT;
    return -1;
}

int fsync(int descriptor) {
    int (*original)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    if (!fails("fsync")) return original(descriptor);
    errno = EIO;
    return -1;
}
