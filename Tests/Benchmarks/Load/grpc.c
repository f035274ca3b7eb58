// gRPC's frames over HTTP/2 without TLS (RFC 9113, RFC 7541), as much as a load needs. A connection's first request
// puts its headers into the server's table; all others name them by a byte each, the shortest that a client can send.
#include "failure.h"
#include "load.h"

#include <stdio.h>
#include <string.h>

enum { HEADER_BYTES = 9, PREFIX_BYTES = 5, WINDOW_BYTES = 65535, CONNECTION_WINDOW_BYTES = 1 << 30 };
enum kind { DATA = 0, HEADERS = 1, RST_STREAM = 3, SETTINGS = 4, PING = 6, GOAWAY = 7, WINDOW_UPDATE = 8 };
enum flags { END_STREAM = 1, ACK = 1, END_HEADERS = 4 };
enum { METHOD_POST = 0x83, SCHEME_HTTP = 0x86 };
enum { PATH = 0x44, AUTHORITY = 0x41, CONTENT_TYPE = 0x5f, AUTHORIZATION = 0x57 };
enum { NEW_NAME = 0x40, INDEXED = 0x80, FIRST_OF_TABLE = 62, TABLE_COUNT = 6 };

static void put_header(struct bytes *output, size_t count, enum kind kind, uint8_t flags, uint32_t stream) {
    bytes_put_number(output, (uint32_t)count, 3);
    bytes_put_byte(output, kind);
    bytes_put_byte(output, flags);
    bytes_put_number(output, stream, 4);
}

static void put_window(struct bytes *output, uint32_t stream, uint32_t count) {
    put_header(output, 4, WINDOW_UPDATE, 0, stream);
    bytes_put_number(output, count, 4);
}

static void greet(const struct load *load, struct connection *connection) {
    static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    (void)load;
    bytes_put(&connection->output, preface, sizeof preface - 1);
    put_header(&connection->output, 0, SETTINGS, 0, 0);
    put_window(&connection->output, 0, CONNECTION_WINDOW_BYTES);
    connection->send_credit = WINDOW_BYTES;
}

// Calls

static void put_text(struct bytes *output, const char *text) {
    if (strlen(text) >= 0x7f) fail("too long for a header: %s", text);
    bytes_put_byte(output, (uint8_t)strlen(text));
    bytes_put(output, text, strlen(text));
}

// The last one, a credential, is left out where there is none.
static int header_count(const struct options *options) { return options->token[0] ? TABLE_COUNT : TABLE_COUNT - 1; }

static void put_first_headers(struct bytes *output, const struct options *options) {
    char path[128], timeout[32], authorization[128];
    snprintf(path, sizeof path, "/%s", options->method);
    snprintf(timeout, sizeof timeout, "%um", options->timeout_milliseconds);
    snprintf(authorization, sizeof authorization, "Bearer %s", options->token);
    const struct { uint8_t key; const char *name, *value; } table[TABLE_COUNT] = {
        {PATH, NULL, path}, {AUTHORITY, NULL, "localhost"}, {CONTENT_TYPE, NULL, "application/grpc"},
        {NEW_NAME, "te", "trailers"}, {NEW_NAME, "grpc-timeout", timeout}, {AUTHORIZATION, NULL, authorization}};
    for (int index = 0; index < header_count(options); index++) {
        bytes_put_byte(output, table[index].key);
        if (table[index].name != NULL) put_text(output, table[index].name);
        put_text(output, table[index].value);
    }
}

static void put_headers(const struct load *load, struct connection *connection, uint32_t stream) {
    uint8_t block[512] = {METHOD_POST, SCHEME_HTTP};
    struct bytes headers = {.memory = block, .end = 2, .capacity = sizeof block};
    if (stream == 1) put_first_headers(&headers, &load->options);
    // The table's newest entry has the lowest number; those of HTTP/2 itself, the oldest, have to come first.
    for (int index = header_count(&load->options) - 1; stream > 1 && index >= 0; index--)
        bytes_put_byte(&headers, (uint8_t)(INDEXED | (FIRST_OF_TABLE + index)));
    put_header(&connection->output, bytes_count(&headers), HEADERS, END_HEADERS, stream);
    bytes_put(&connection->output, bytes_first(&headers), bytes_count(&headers));
}

static void call(const struct load *load, struct connection *connection, uint32_t number, struct payload payload) {
    struct bytes *output = &connection->output;
    uint32_t stream = 2 * number - 1;
    put_headers(load, connection, stream);
    put_header(output, PREFIX_BYTES + payload.count, DATA, END_STREAM, stream);
    bytes_put_byte(output, 0);
    bytes_put_number(output, (uint32_t)payload.count, 4);
    bytes_put(output, payload.bytes, payload.count);
    if (payload.number_offset >= 0)
        memcpy(output->memory + output->end - payload.count + payload.number_offset, payload.number, NUMBER_DIGITS);
    // Servers give credit long before it is used up; were it not so, the load would have to wait.
    connection->send_credit -= (int64_t)(PREFIX_BYTES + payload.count);
    if (connection->send_credit < 0) fail("the server gave no credit");
}

// Answers

static void take_messages(struct load *load, struct call *call, const uint8_t *content, size_t count) {
    while (count > 0) {
        size_t taken = call->message_left < count ? call->message_left : count;
        if (taken == 0) {
            call->prefix[call->prefix_count++] = *content;
            taken = 1;
            if (call->prefix_count == PREFIX_BYTES) {
                call->message_left = read_number(call->prefix + 1, 4);
                call->prefix_count = 0;
                load_item(load, call);
            }
        } else {
            call->message_left -= (uint32_t)taken;
        }
        content += taken;
        count -= taken;
    }
}

static void take_data(struct load *load, struct connection *connection, uint32_t stream, const uint8_t *content,
                      size_t count) {
    struct call *call = connection_call(connection, (stream + 1) / 2);
    take_messages(load, call, content, count);
    call->consumed += (uint32_t)count;
    connection->consumed += (uint32_t)count;
    if (call->consumed >= WINDOW_BYTES / 2) {
        put_window(&connection->output, stream, call->consumed);
        call->consumed = 0;
    }
    if (connection->consumed >= CONNECTION_WINDOW_BYTES / 2) {
        put_window(&connection->output, 0, connection->consumed);
        connection->consumed = 0;
    }
}

static void acknowledge(struct load *load, struct connection *connection, enum kind kind, const uint8_t *content,
                        size_t count) {
    size_t answered = kind == PING ? count : 0;
    put_header(&connection->output, answered, kind, ACK, 0);
    bytes_put(&connection->output, content, answered);
    if (kind == SETTINGS) load_ready(load, connection);
}

static void take(struct load *load, struct connection *connection, const uint8_t *header) {
    const uint8_t *content = header + HEADER_BYTES;
    size_t count = read_number(header, 3);
    uint8_t flags = header[4];
    uint32_t stream = read_number(header + 5, 4);
    switch (header[3]) {
        case DATA: take_data(load, connection, stream, content, count); break;
        case WINDOW_UPDATE: connection->send_credit += stream == 0 ? read_number(content, 4) : 0; return;
        case SETTINGS:
        case PING:
            if (!(flags & ACK)) acknowledge(load, connection, header[3], content, count);
            return;
        case RST_STREAM: return load_answered(load, connection, (stream + 1) / 2, false);
        case GOAWAY: fail("the server goes away: %.*s", (int)count - 8, (const char *)content + 8);
        default: break;
    }
    // The status is in the trailers; who did not send a message had none to send.
    if (stream > 0 && flags & END_STREAM)
        load_answered(load, connection, (stream + 1) / 2, connection_call(connection, (stream + 1) / 2)->items > 0);
}

static bool receive(struct load *load, struct connection *connection) {
    struct bytes *input = &connection->input;
    if (bytes_count(input) < HEADER_BYTES) return false;
    size_t count = HEADER_BYTES + read_number(bytes_first(input), 3);
    if (bytes_count(input) < count) return false;
    take(load, connection, bytes_first(input));
    bytes_take(input, count);
    return true;
}

const struct wire grpc_wire = {.name = "grpc", .greet = greet, .call = call, .receive = receive};
