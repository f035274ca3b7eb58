#include "measurement.h"

#include "clocks.h"

#include <stdio.h>

void measurement_begin(struct measurement *measurement) {
    measurement->server_time = -processor_time(measurement->server);
    measurement->client_time = -processor_time(0);
    measurement->begin = now();
}

void measurement_end(struct measurement *measurement) {
    measurement->end = now();
    measurement->client_time += processor_time(0);
    measurement->server_time += processor_time(measurement->server);
    measurement->server_memory = resident_memory(measurement->server);
}

static void print(const char *name, double number, const char *behind) {
    printf("\"%s\": %.3f%s", name, number, behind);
}

void measurement_print(const struct measurement *measurement) {
    double seconds = (double)(measurement->end - measurement->begin) / 1e9;
    double calls = measurement->calls > 0 ? (double)measurement->calls : 1;
    printf("{\"calls\": %lu, \"items\": %lu, \"failures\": %lu, ", (unsigned long)measurement->calls,
           (unsigned long)measurement->items, (unsigned long)measurement->failures);
    print("seconds", seconds, ", ");
    print("calls_per_second", (double)measurement->calls / seconds, ", ");
    print("items_per_second", (double)measurement->items / seconds, ", ");
    print("server_cpu_us", (double)measurement->server_time / 1000 / calls, ", ");
    print("client_cpu_us", (double)measurement->client_time / 1000 / calls, ", ");
    print("server_cpu_percent", (double)measurement->server_time / 1e7 / seconds, ", ");
    print("client_cpu_percent", (double)measurement->client_time / 1e7 / seconds, ", ");
    print("server_mebibytes", (double)measurement->server_memory / (1 << 20), ", ");
    print("median_us", latencies_within(&measurement->latencies, 0.5), ", ");
    print("p99_us", latencies_within(&measurement->latencies, 0.99), ", ");
    print("longest_us", (double)measurement->latencies.longest / 1000, "}\n");
}
