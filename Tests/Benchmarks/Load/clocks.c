#define _GNU_SOURCE
#include "clocks.h"

#include "failure.h"

#include <string.h>
#include <time.h>

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
