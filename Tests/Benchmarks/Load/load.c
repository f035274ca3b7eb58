#include "load.h"

#include "clocks.h"
#include "failure.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum { EVENTS_AT_ONCE = 256, LONGEST_WAIT_MILLISECONDS = 10, CONNECTIONS_AT_ONCE = 128 };
static const int64_t SILENCE_LIMIT = INT64_C(30000000000);

static void begin_call(struct load *load, struct connection *connection) {
    uint32_t number = ++connection->last_call;
    struct call *call = &connection->calls[number % CALL_SPREAD];
    if (call->begin != 0) fail("call %u is still under way after %d others", number - CALL_SPREAD, CALL_SPREAD);
    memset(call, 0, sizeof *call);
    call->begin = load->time;
    connection->in_flight += 1;
    load->in_flight += 1;
    load->options.wire->call(load, connection, number, requests_take(&load->requests));
}

static bool has_more(const struct load *load) {
    if (load->phase == OPENING || load->phase == ENDING) return false;
    return !load->options.once || !requests_are_used_up(&load->requests);
}

static void fill(struct load *load, struct connection *connection) {
    while (connection->in_flight < load->options.in_flight && has_more(load)) begin_call(load, connection);
}

void load_ready(struct load *load, struct connection *connection) {
    if (connection->is_ready) return;
    connection->is_ready = true;
    load->ready += 1;
}

void load_item(struct load *load, struct call *call) {
    call->items += 1;
    if (load->phase == MEASURING) load->measurement.items += 1;
}

void load_answered(struct load *load, struct connection *connection, uint32_t number, bool is_good) {
    struct call *call = connection_call(connection, number);
    if (load->phase == MEASURING) {
        load->measurement.calls += 1;
        load->measurement.failures += !is_good;
        latencies_add(&load->measurement.latencies, load->time - call->begin);
    }
    call->begin = 0;
    connection->in_flight -= 1;
    load->in_flight -= 1;
}

// Connections

static void watch(int poll, struct connection *connection, int how) {
    uint32_t events = EPOLLIN | (connection->waits_for_room ? EPOLLOUT : 0);
    struct epoll_event event = {.events = events, .data.ptr = connection};
    if (epoll_ctl(poll, how, connection->socket, &event) != 0) fail("cannot watch a connection");
}

static void flush(int poll, struct connection *connection) {
    connection_write(connection);
    bool waits = bytes_count(&connection->output) > 0;
    if (waits == connection->waits_for_room) return;
    connection->waits_for_room = waits;
    watch(poll, connection, EPOLL_CTL_MOD);
}

static void serve(struct load *load, int poll, struct epoll_event event) {
    struct connection *connection = event.data.ptr;
    if (event.events & ~(uint32_t)EPOLLOUT) connection_read(connection);
    load->time = now();
    while (load->options.wire->receive(load, connection)) {}
    fill(load, connection);
    flush(poll, connection);
}

static void serve_all(struct load *load, int poll) {
    struct epoll_event events[EVENTS_AT_ONCE];
    int count = epoll_wait(poll, events, EVENTS_AT_ONCE, LONGEST_WAIT_MILLISECONDS);
    for (int index = 0; index < count; index++) serve(load, poll, events[index]);
    if (count == 0) {
        if (now() - load->time > SILENCE_LIMIT && load->options.in_flight > 0) fail("no answer for half a minute");
    }
}

// In groups, so that a server's queue of new connections is not overrun.
static void open_all(struct load *load, int poll) {
    uint32_t count = load->options.connections;
    load->connections = calloc(count, sizeof *load->connections);
    if (load->connections == NULL) fail("no memory");
    load->time = now();
    for (uint32_t index = 0; index < count; index++) {
        struct connection *connection = connection_open(load->options.endpoint);
        load->connections[index] = connection;
        load->options.wire->greet(load, connection);
        watch(poll, connection, EPOLL_CTL_ADD);
        flush(poll, connection);
        while (load->ready + CONNECTIONS_AT_ONCE <= index) serve_all(load, poll);
    }
    while (load->ready < count) serve_all(load, poll);
}

static void begin_all(struct load *load, int poll) {
    load->time = now();
    for (uint32_t index = 0; index < load->options.connections; index++) {
        fill(load, load->connections[index]);
        flush(poll, load->connections[index]);
    }
}

// Time

static void serve_for(struct load *load, int poll, double seconds) {
    int64_t end = now() + (int64_t)(seconds * 1e9);
    while (now() < end) serve_all(load, poll);
}

static void serve_rest(struct load *load, int poll) {
    while (load->in_flight > 0) serve_all(load, poll);
}

static void measure(struct load *load, int poll) {
    measurement_begin(&load->measurement);
    load->phase = MEASURING;
    if (load->options.once) {
        begin_all(load, poll);
        serve_rest(load, poll);
    } else {
        serve_for(load, poll, load->options.seconds);
    }
    measurement_end(&load->measurement);
    load->phase = ENDING;
}

void load_run(struct load *load) {
    int poll = epoll_create1(EPOLL_CLOEXEC);
    if (poll < 0) fail("cannot poll");
    open_all(load, poll);
    if (!load->options.once) {
        load->phase = WARMING_UP;
        begin_all(load, poll);
        serve_for(load, poll, load->options.warm_up_seconds);
    }
    measure(load, poll);
    serve_rest(load, poll);
}
