// load OPTION...: keeps calls under way on connections, and prints what was measured as one line of JSON.
#include "failure.h"
#include "load.h"

#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const struct wire *wire_named(const char *name) {
    static const struct wire *const wires[] = {&holdpoint_wire, &grpc_wire, &libvirt_wire};
    for (size_t index = 0; index < sizeof wires / sizeof wires[0]; index++)
        if (strcmp(name, wires[index]->name) == 0) return wires[index];
    fail("no such wire: %s", name);
}

static void set(struct options *options, int option, const char *value) {
    switch (option) {
        case 'w': options->wire = wire_named(value); break;
        case 'e': options->endpoint = value; break;
        case 't': options->token = value; break;
        case 'i': options->uri = value; break;
        case 'm': options->method = value; break;
        case 'r': options->requests = value; break;
        case 'p': options->server = (pid_t)atoi(value); break;
        case 'c': options->connections = (uint32_t)atoi(value); break;
        case 'f': options->in_flight = (uint32_t)atoi(value); break;
        case 'd': options->timeout_milliseconds = (uint32_t)atoi(value); break;
        case 'u': options->warm_up_seconds = atof(value); break;
        case 's': options->seconds = atof(value); break;
        case 'o': options->once = true; break;
        default: fail("see main.c for the options");
    }
}

static struct options read_options(int count, char **arguments) {
    static const struct option names[] = {
        {"wire", 1, NULL, 'w'},     {"endpoint", 1, NULL, 'e'},    {"token", 1, NULL, 't'},
        {"uri", 1, NULL, 'i'},      {"method", 1, NULL, 'm'},      {"requests", 1, NULL, 'r'},
        {"server", 1, NULL, 'p'},   {"connections", 1, NULL, 'c'}, {"in-flight", 1, NULL, 'f'},
        {"timeout", 1, NULL, 'd'},  {"warm-up", 1, NULL, 'u'},     {"seconds", 1, NULL, 's'},
        {"once", 0, NULL, 'o'},     {NULL, 0, NULL, 0}};
    struct options options = {
        .token = "", .uri = "", .method = "", .wire = &holdpoint_wire, .connections = 1, .in_flight = 1,
        .timeout_milliseconds = 30000, .warm_up_seconds = 0.3, .seconds = 1};
    int option;
    while ((option = getopt_long(count, arguments, "", names, NULL)) != -1) set(&options, option, optarg);
    if (options.endpoint == NULL || options.server == 0) fail("--endpoint and --server are needed");
    if (options.in_flight > 0 && options.requests == NULL) fail("--requests is needed");
    return options;
}

int main(int count, char **arguments) {
    static struct load load;
    signal(SIGPIPE, SIG_IGN);
    load.options = read_options(count, arguments);
    load.measurement.server = load.options.server;
    if (load.options.requests != NULL) requests_open(&load.requests, load.options.requests);
    load_run(&load);
    measurement_print(&load.measurement);
    return 0;
}
