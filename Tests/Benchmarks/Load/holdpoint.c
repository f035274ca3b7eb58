// Holdpoint's frames: 4 bytes of length, then one protobuf message.
#include "failure.h"
#include "load.h"

#include <string.h>

enum { LENGTH_BYTES = 4, ITEM_OVERHEAD_BYTES = 64, STREAM_WINDOW_BYTES = 64 << 10 };
enum frame {
    HELLO = 1, REQUEST = 2, RESPONSE = 3, STREAM_ITEM = 4, WINDOW_UPDATE = 7, PING = 8, PONG = 9, GO_AWAY = 10
};

static int field_size(size_t count) { return 1 + varint_size(count) + (int)count; }

// The frame's length and its kind; `count` bytes have to follow. All field numbers are below 16: a key is one byte.
static void put_frame(struct bytes *output, enum frame kind, size_t count) {
    bytes_put_number(output, (uint32_t)field_size(count), LENGTH_BYTES);
    bytes_put_byte(output, (uint8_t)(kind << 3 | WIRE_BYTES));
    put_varint(output, count);
}

static void put_message(struct bytes *output, enum frame kind, const struct bytes *message) {
    put_frame(output, kind, bytes_count(message));
    bytes_put(output, bytes_first(message), bytes_count(message));
}

static void greet(const struct load *load, struct connection *connection) {
    static const char software[] = "load";
    struct bytes hello = {0};
    put_bytes_field(&hello, 1, "\1", 1);
    put_bytes_field(&hello, 2, software, sizeof software - 1);
    put_bytes_field(&hello, 5, load->options.token, strlen(load->options.token));
    put_number_field(&hello, 6, STREAM_WINDOW_BYTES);
    put_message(&connection->output, HELLO, &hello);
}

static void call(const struct load *load, struct connection *connection, uint32_t number, struct payload payload) {
    struct bytes *output = &connection->output;
    size_t method_count = strlen(load->options.method);
    uint32_t timeout = load->options.timeout_milliseconds;
    put_frame(output, REQUEST,
              (size_t)(1 + varint_size(number) + field_size(method_count) + (timeout ? 1 + varint_size(timeout) : 0) +
                       (payload.count ? field_size(payload.count) : 0)));
    put_number_field(output, 1, number);
    put_bytes_field(output, 2, load->options.method, method_count);
    put_number_field(output, 3, timeout);
    put_bytes_field(output, 5, payload.bytes, payload.count);
    if (payload.number_offset >= 0)
        memcpy(output->memory + output->end - payload.count + payload.number_offset, payload.number, NUMBER_DIGITS);
}

static void take_response(struct load *load, struct connection *connection, struct field frame) {
    const uint8_t *position = frame.content, *end = frame.content + frame.count;
    uint32_t number = 0;
    bool is_good = true;
    for (struct field field; read_field(&position, end, &field);) {
        if (field.number == 1) number = (uint32_t)field.value;
        // A status without a code is OK.
        const uint8_t *inside = field.content;
        struct field code;
        if (field.number != 2 || !read_field(&inside, inside + field.count, &code)) continue;
        if (code.number == 1 && code.value != 0) is_good = false;
    }
    load_answered(load, connection, number, is_good);
}

static void take_item(struct load *load, struct connection *connection, struct field frame) {
    const uint8_t *position = frame.content, *end = frame.content + frame.count;
    uint32_t number = 0, cost = ITEM_OVERHEAD_BYTES;
    for (struct field field; read_field(&position, end, &field);) {
        if (field.number == 1) number = (uint32_t)field.value;
        if (field.number == 2) cost += (uint32_t)field.count;
    }
    struct call *call = connection_call(connection, number);
    load_item(load, call);
    call->consumed += cost;
    if (call->consumed < STREAM_WINDOW_BYTES / 2) return;
    put_frame(&connection->output, WINDOW_UPDATE, (size_t)(2 + varint_size(number) + varint_size(call->consumed)));
    put_number_field(&connection->output, 1, number);
    put_number_field(&connection->output, 2, call->consumed);
    call->consumed = 0;
}

__attribute__((noreturn)) static void take_go_away(struct field frame) {
    const uint8_t *position = frame.content;
    for (struct field field; read_field(&position, frame.content + frame.count, &field);)
        if (field.number == 3) fail("the server goes away: %.*s", (int)field.count, (const char *)field.content);
    fail("the server goes away");
}

static void take(struct load *load, struct connection *connection, struct field frame) {
    switch (frame.number) {
        case HELLO: return load_ready(load, connection);
        case RESPONSE: return take_response(load, connection, frame);
        case STREAM_ITEM: return take_item(load, connection, frame);
        case PING:
            put_frame(&connection->output, PONG, frame.count);
            return bytes_put(&connection->output, frame.content, frame.count);
        case GO_AWAY: take_go_away(frame);
        default: fail("the server sent a frame of kind %d", frame.number);
    }
}

static bool receive(struct load *load, struct connection *connection) {
    struct bytes *input = &connection->input;
    if (bytes_count(input) < LENGTH_BYTES) return false;
    size_t count = read_number(bytes_first(input), LENGTH_BYTES);
    if (bytes_count(input) < LENGTH_BYTES + count) return false;
    const uint8_t *position = bytes_first(input) + LENGTH_BYTES, *end = position + count;
    struct field frame;
    if (!read_field(&position, end, &frame)) fail("the server sent an empty frame");
    take(load, connection, frame);
    bytes_take(input, LENGTH_BYTES + count);
    return true;
}

const struct wire holdpoint_wire = {.name = "holdpoint", .greet = greet, .call = call, .receive = receive};
