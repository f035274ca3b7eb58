// What processes use: times in nanoseconds, memory in bytes.
#pragma once
#include <stdint.h>
#include <sys/types.h>

// Of a clock that only rises.
int64_t now(void);

// What a process has used of all processors, all its threads together; 0 is this process. Exact, unlike the ticks in
// /proc/PID/stat.
int64_t processor_time(pid_t process);

// What a process has in memory now.
int64_t resident_memory(pid_t process);
