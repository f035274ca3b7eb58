// Bytes that grow at the end and are taken from the front, and how protobuf writes into them.
#pragma once
#include <stddef.h>
#include <stdint.h>

struct bytes {
    uint8_t *memory;
    size_t begin, end, capacity;
};

static inline size_t bytes_count(const struct bytes *bytes) { return bytes->end - bytes->begin; }
static inline uint8_t *bytes_first(const struct bytes *bytes) { return bytes->memory + bytes->begin; }

// Room for `count` more at the end: the place of the first.
uint8_t *bytes_reserve(struct bytes *bytes, size_t count);
void bytes_put(struct bytes *bytes, const void *source, size_t count);
void bytes_put_byte(struct bytes *bytes, uint8_t byte);
void bytes_take(struct bytes *bytes, size_t count);

// Big-endian, as networks have it.
void bytes_put_number(struct bytes *bytes, uint32_t number, int byte_count);
uint32_t read_number(const uint8_t *source, int byte_count);

// Protobuf's fields.
enum wire_type { WIRE_VARINT = 0, WIRE_BYTES = 2 };

int varint_size(uint64_t number);
void put_varint(struct bytes *bytes, uint64_t number);
// A field that is a number; 0 is left out.
void put_number_field(struct bytes *bytes, int field, uint64_t number);
// A field that is text, bytes or a message; an empty one is left out.
void put_bytes_field(struct bytes *bytes, int field, const void *source, size_t count);

// One field that was read: its number, and its value or its bytes.
struct field {
    int number;
    uint64_t value;
    const uint8_t *content;
    size_t count;
};

// Reads the field at `*position`, which moves on. False at the end, and ends the program at what is no field.
int read_field(const uint8_t **position, const uint8_t *end, struct field *field);
