#define _GNU_SOURCE
#include "clocks.h"

#include "failure.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static int64_t read_clock(clockid_t clock) {
    struct timespec time;
    if (clock_gettime(clock, &time) != 0) fail("cannot read a clock");
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

int64_t now(void) { return read_clock(CLOCK_MONOTONIC); }

int64_t processor_time(pid_t process) {
    clockid_t clock;
    if (clock_getcpuclockid(process, &clock) != 0) fail("there is no process %d", (int)process);
    return read_clock(clock);
}

int64_t resident_memory(pid_t process) {
    char path[64];
    long all = 0, resident = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", (int)process);
    FILE *file = fopen(path, "r");
    if (file == NULL || fscanf(file, "%ld %ld", &all, &resident) != 2) fail("cannot read %s", path);
    fclose(file);
    return resident * sysconf(_SC_PAGESIZE);
}
