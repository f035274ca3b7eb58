// libvirt's frames: length, program, version, procedure, type, serial and status, 4 bytes each, and arguments in XDR
// (RFC 4506). The method is the procedure's number in libvirt's remote_protocol.x.
#include "failure.h"
#include "load.h"

#include <stdlib.h>
#include <string.h>

enum { WORD_BYTES = 4, HEADER_BYTES = 7 * WORD_BYTES, PROGRAM = 0x20008086, VERSION = 1, CONNECT_OPEN = 1 };
enum type { CALL = 0, REPLY = 1 };
enum { SERIAL = 5 * WORD_BYTES, STATUS = 6 * WORD_BYTES, OPENING_SERIAL = 0 };

static void put_call(struct bytes *output, uint32_t procedure, uint32_t serial, const void *arguments, size_t count) {
    const uint32_t words[] = {(uint32_t)(HEADER_BYTES + count), PROGRAM, VERSION, procedure, CALL, serial, 0};
    for (int index = 0; index < HEADER_BYTES / WORD_BYTES; index++) bytes_put_number(output, words[index], WORD_BYTES);
    bytes_put(output, arguments, count);
}

// Opens the driver that the URI names: a string that is there, and no flags.
static void greet(const struct load *load, struct connection *connection) {
    struct bytes arguments = {0};
    size_t count = strlen(load->options.uri);
    bytes_put_number(&arguments, 1, WORD_BYTES);
    bytes_put_number(&arguments, (uint32_t)count, WORD_BYTES);
    bytes_put(&arguments, load->options.uri, count);
    bytes_put(&arguments, "\0\0\0", -count % WORD_BYTES);
    bytes_put_number(&arguments, 0, WORD_BYTES);
    put_call(&connection->output, CONNECT_OPEN, OPENING_SERIAL, bytes_first(&arguments), bytes_count(&arguments));
}

static void call(const struct load *load, struct connection *connection, uint32_t number, struct payload payload) {
    put_call(&connection->output, (uint32_t)atoi(load->options.method), number, payload.bytes, payload.count);
}

static bool receive(struct load *load, struct connection *connection) {
    struct bytes *input = &connection->input;
    if (bytes_count(input) < WORD_BYTES) return false;
    size_t count = read_number(bytes_first(input), WORD_BYTES);
    if (bytes_count(input) < count) return false;
    if (count < HEADER_BYTES) fail("libvirt sent a frame of %d bytes", (int)count);
    uint32_t serial = read_number(bytes_first(input) + SERIAL, WORD_BYTES);
    bool is_good = read_number(bytes_first(input) + STATUS, WORD_BYTES) == 0;
    if (serial != OPENING_SERIAL) load_answered(load, connection, serial, is_good);
    else if (is_good) load_ready(load, connection);
    else fail("libvirt cannot open %s", load->options.uri);
    bytes_take(input, count);
    return true;
}

const struct wire libvirt_wire = {.name = "libvirt", .greet = greet, .call = call, .receive = receive};
