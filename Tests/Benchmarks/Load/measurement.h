// What is measured between two instants: calls, their latencies, what server and client used of the processors, and
// the server's memory at the end.
#pragma once
#include "latencies.h"

#include <stdint.h>
#include <sys/types.h>

struct measurement {
    pid_t server;
    int64_t begin, end;
    int64_t server_time, client_time, server_memory;
    uint64_t calls, items, failures;
    struct latencies latencies;
};

void measurement_begin(struct measurement *measurement);
void measurement_end(struct measurement *measurement);
// Prints it as one line of JSON.
void measurement_print(const struct measurement *measurement);
