// One connection and the calls that are under way on it.
#pragma once
#include "bytes.h"

#include <stdbool.h>
#include <stdint.h>

// Calls whose numbers differ by that much are never under way at once.
enum { CALL_SPREAD = 4096 };

struct call {
    // When it was sent; 0: it is not under way.
    int64_t begin;
    uint32_t items;
    // Bytes of its stream for which no new credit was given.
    uint32_t consumed;
    // gRPC: the message that is being read: its 5 bytes of prefix, and how much of it is to come.
    uint8_t prefix[5], prefix_count;
    uint32_t message_left;
};

struct connection {
    int socket;
    struct bytes input, output;
    // The server has answered the greeting.
    bool is_ready;
    bool waits_for_room;
    uint32_t last_call, in_flight;
    // gRPC: bytes that may still be sent, and bytes received for which no credit was given.
    int64_t send_credit;
    uint32_t consumed;
    struct call calls[CALL_SPREAD];
};

// `endpoint`: unix:PATH or tcp://HOST:PORT, the host as a number.
struct connection *connection_open(const char *endpoint);
// The call of this number; ends the program if it is not under way.
struct call *connection_call(struct connection *connection, uint32_t number);
// Reads what has come; ends the program if the server has ended the connection.
void connection_read(struct connection *connection);
// Sends as much as goes.
void connection_write(struct connection *connection);
