#include "requests.h"

#include "failure.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEADER_BYTES = 8 };

void requests_open(struct requests *requests, const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) fail("cannot open %s", path);
    if (status.st_size < HEADER_BYTES) fail("%s holds no requests", path);
    requests->begin = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    if (requests->begin == MAP_FAILED) fail("cannot map %s", path);
    requests->end = requests->begin + status.st_size;
    requests->next = requests->begin;
    close(file);
}

struct payload requests_take(struct requests *requests) {
    if (requests->next == requests->end) requests->next = requests->begin;
    uint32_t header[2];
    if (requests->end - requests->next < HEADER_BYTES) fail("the requests are cut off");
    memcpy(header, requests->next, sizeof header);
    struct payload payload = {.bytes = requests->next + HEADER_BYTES, .count = header[0], .number_offset = -1};
    if ((size_t)(requests->end - payload.bytes) < payload.count) fail("the requests are cut off");
    requests->next = payload.bytes + payload.count;
    requests->taken += 1;
    if (header[1] != UINT32_MAX) {
        payload.number_offset = header[1];
        snprintf(payload.number, sizeof payload.number, "%012lx", (unsigned long)requests->taken);
    }
    return payload;
}

int requests_are_used_up(const struct requests *requests) { return requests->next == requests->end; }
