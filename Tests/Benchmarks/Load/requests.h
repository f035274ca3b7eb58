// The messages to send, made beforehand and read from a file, one after the other and then again from the first.
//
// The file: for each message its length and an offset, both 4 bytes and little-endian, and its bytes. At the offset are
// 12 characters that become another number each time (the end of a UUID); 0xffffffff: there are none.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { NUMBER_DIGITS = 12 };

struct requests {
    const uint8_t *begin, *end, *next;
    uint64_t taken;
};

struct payload {
    const uint8_t *bytes;
    size_t count;
    // Where the number goes in, or negative; and the number.
    int64_t number_offset;
    char number[NUMBER_DIGITS + 1];
};

void requests_open(struct requests *requests, const char *path);
struct payload requests_take(struct requests *requests);
// Whether the last one was taken, and none since.
int requests_are_used_up(const struct requests *requests);
