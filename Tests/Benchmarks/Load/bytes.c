#include "bytes.h"

#include "failure.h"

#include <stdlib.h>
#include <string.h>

uint8_t *bytes_reserve(struct bytes *bytes, size_t count) {
    if (bytes->begin == bytes->end) bytes->begin = bytes->end = 0;
    if (bytes->begin > 0 && bytes->end + count > bytes->capacity) {
        memmove(bytes->memory, bytes_first(bytes), bytes_count(bytes));
        bytes->end -= bytes->begin;
        bytes->begin = 0;
    }
    if (bytes->end + count > bytes->capacity) {
        bytes->capacity = 2 * (bytes->end + count);
        bytes->memory = realloc(bytes->memory, bytes->capacity);
        if (bytes->memory == NULL) fail("no memory");
    }
    return bytes->memory + bytes->end;
}

void bytes_put(struct bytes *bytes, const void *source, size_t count) {
    if (count == 0) return;
    memcpy(bytes_reserve(bytes, count), source, count);
    bytes->end += count;
}

void bytes_put_byte(struct bytes *bytes, uint8_t byte) {
    *bytes_reserve(bytes, 1) = byte;
    bytes->end += 1;
}

void bytes_take(struct bytes *bytes, size_t count) { bytes->begin += count; }

void bytes_put_number(struct bytes *bytes, uint32_t number, int byte_count) {
    for (int shift = 8 * (byte_count - 1); shift >= 0; shift -= 8) bytes_put_byte(bytes, (uint8_t)(number >> shift));
}

uint32_t read_number(const uint8_t *source, int byte_count) {
    uint32_t number = 0;
    for (int index = 0; index < byte_count; index++) number = number << 8 | source[index];
    return number;
}

int varint_size(uint64_t number) {
    int size = 1;
    while (number >>= 7) size++;
    return size;
}

void put_varint(struct bytes *bytes, uint64_t number) {
    while (number >= 0x80) {
        bytes_put_byte(bytes, (uint8_t)(number | 0x80));
        number >>= 7;
    }
    bytes_put_byte(bytes, (uint8_t)number);
}

void put_number_field(struct bytes *bytes, int field, uint64_t number) {
    if (number == 0) return;
    put_varint(bytes, (uint64_t)field << 3 | WIRE_VARINT);
    put_varint(bytes, number);
}

void put_bytes_field(struct bytes *bytes, int field, const void *source, size_t count) {
    if (count == 0) return;
    put_varint(bytes, (uint64_t)field << 3 | WIRE_BYTES);
    put_varint(bytes, count);
    bytes_put(bytes, source, count);
}

static uint64_t read_varint(const uint8_t **position, const uint8_t *end) {
    uint64_t number = 0;
    for (int shift = 0; shift < 64 && *position < end; shift += 7) {
        uint8_t byte = *(*position)++;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return number;
    }
    fail("an answer is no protobuf");
}

int read_field(const uint8_t **position, const uint8_t *end, struct field *field) {
    if (*position == end) return 0;
    uint64_t key = read_varint(position, end);
    *field = (struct field){.number = (int)(key >> 3), .value = read_varint(position, end)};
    if ((key & 7) == WIRE_BYTES) {
        if (field->value > (uint64_t)(end - *position)) fail("an answer is cut off");
        field->content = *position;
        field->count = field->value;
        *position += field->count;
    } else if ((key & 7) != WIRE_VARINT) {
        fail("an answer has a field of type %d", (int)(key & 7));
    }
    return 1;
}
