#include "latencies.h"

// Below LATENCY_STEPS exact; above, the highest bits of the number.
static int bucket_of(uint64_t number) {
    if (number < LATENCY_STEPS) return (int)number;
    int shift = 63 - __builtin_clzll(number) - 6;
    return (shift + 1) * LATENCY_STEPS + (int)(number >> shift) - LATENCY_STEPS;
}

// The largest number in a bucket.
static uint64_t largest_in(int bucket) {
    if (bucket < LATENCY_STEPS) return (uint64_t)bucket;
    int shift = bucket / LATENCY_STEPS - 1;
    return ((uint64_t)(bucket % LATENCY_STEPS + LATENCY_STEPS + 1) << shift) - 1;
}

void latencies_add(struct latencies *latencies, int64_t nanoseconds) {
    latencies->counts[bucket_of(nanoseconds > 0 ? (uint64_t)nanoseconds : 0)] += 1;
    latencies->total += 1;
    if (nanoseconds > latencies->longest) latencies->longest = nanoseconds;
}

void latencies_merge(struct latencies *latencies, const struct latencies *other) {
    for (int bucket = 0; bucket < LATENCY_BUCKETS; bucket++) latencies->counts[bucket] += other->counts[bucket];
    latencies->total += other->total;
    if (other->longest > latencies->longest) latencies->longest = other->longest;
}

double latencies_within(const struct latencies *latencies, double part) {
    uint64_t rank = (uint64_t)(part * (double)latencies->total), seen = 0;
    for (int bucket = 0; bucket < LATENCY_BUCKETS; bucket++) {
        seen += latencies->counts[bucket];
        if (seen > rank) return (double)largest_in(bucket) / 1000;
    }
    return (double)latencies->longest / 1000;
}
