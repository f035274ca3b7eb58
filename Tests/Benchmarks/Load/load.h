// A load: connections that keep a number of calls under way, and what is measured of them.
#pragma once
#include "connection.h"
#include "measurement.h"
#include "requests.h"

#include <stdbool.h>
#include <stdint.h>

struct options {
    const char *endpoint, *method, *requests;
    // What opens a connection: a credential; libvirt: the driver.
    const char *token, *uri;
    const struct wire *wire;
    pid_t server;
    // On each connection; 0: connections that only stay.
    uint32_t connections, in_flight;
    uint32_t timeout_milliseconds;
    double warm_up_seconds, seconds;
    // Sends each request once instead, and measures from the first to the last.
    bool once;
};

enum phase { OPENING, WARMING_UP, MEASURING, ENDING };

struct load {
    struct options options;
    struct requests requests;
    struct measurement measurement;
    enum phase phase;
    // When what came last was read.
    int64_t time;
    uint64_t in_flight, ready;
    struct connection **connections;
};

// How calls and answers look on the wire.
struct wire {
    const char *name;
    void (*greet)(const struct load *load, struct connection *connection);
    void (*call)(const struct load *load, struct connection *connection, uint32_t number, struct payload payload);
    // Takes one frame from the front of the input. False: it is not there as a whole yet.
    bool (*receive)(struct load *load, struct connection *connection);
};

extern const struct wire holdpoint_wire, grpc_wire, libvirt_wire;

// What a wire tells: the connection takes calls; an item of a stream came; a call ended, well or not.
void load_ready(struct load *load, struct connection *connection);
void load_item(struct load *load, struct call *call);
void load_answered(struct load *load, struct connection *connection, uint32_t number, bool is_good);

void load_run(struct load *load);
