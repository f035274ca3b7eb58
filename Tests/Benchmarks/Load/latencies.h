// How long calls took: counts in buckets that are at most 1.6% wide.
#pragma once
#include <stdint.h>

enum { LATENCY_STEPS = 64, LATENCY_BUCKETS = 64 * LATENCY_STEPS };

struct latencies {
    uint64_t counts[LATENCY_BUCKETS];
    uint64_t total;
    int64_t longest;
};

void latencies_add(struct latencies *latencies, int64_t nanoseconds);
void latencies_merge(struct latencies *latencies, const struct latencies *other);
// Microseconds that this part of the calls stayed within; 0 without any.
double latencies_within(const struct latencies *latencies, double part);
