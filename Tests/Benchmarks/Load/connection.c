#define _GNU_SOURCE
#include "connection.h"

#include "failure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { READ_BYTES = 256 << 10 };

static int connect_unix(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) fail("the path is too long: %s", path);
    strcpy(address.sun_path, path);
    int socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0 || connect(socket_, (struct sockaddr *)&address, sizeof address) != 0)
        fail("cannot connect to %s: %s", path, strerror(errno));
    return socket_;
}

static int connect_tcp(const char *host_and_port) {
    char host[64] = "";
    const char *colon = strrchr(host_and_port, ':');
    if (colon == NULL || (size_t)(colon - host_and_port) >= sizeof host) fail("no host and port: %s", host_and_port);
    memcpy(host, host_and_port, (size_t)(colon - host_and_port));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(colon + 1))};
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) fail("the host is no number: %s", host);
    int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    if (socket_ < 0 || connect(socket_, (struct sockaddr *)&address, sizeof address) != 0)
        fail("cannot connect to %s: %s", host_and_port, strerror(errno));
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return socket_;
}

struct connection *connection_open(const char *endpoint) {
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL) fail("no memory");
    if (strncmp(endpoint, "unix:", 5) == 0) connection->socket = connect_unix(endpoint + 5);
    else if (strncmp(endpoint, "tcp://", 6) == 0) connection->socket = connect_tcp(endpoint + 6);
    else fail("neither unix:PATH nor tcp://HOST:PORT: %s", endpoint);
    fcntl(connection->socket, F_SETFL, O_NONBLOCK);
    return connection;
}

struct call *connection_call(struct connection *connection, uint32_t number) {
    struct call *call = &connection->calls[number % CALL_SPREAD];
    if (number > connection->last_call || call->begin == 0) fail("an answer to call %u: not under way", number);
    return call;
}

void connection_read(struct connection *connection) {
    uint8_t *room = bytes_reserve(&connection->input, READ_BYTES);
    ssize_t count = read(connection->socket, room, READ_BYTES);
    if (count > 0) {
        connection->input.end += (size_t)count;
    } else if (count == 0) {
        fail("the server ended a connection");
    } else if (errno != EAGAIN && errno != EINTR) {
        fail("cannot read: %s", strerror(errno));
    }
}

void connection_write(struct connection *connection) {
    struct bytes *output = &connection->output;
    while (bytes_count(output) > 0) {
        ssize_t count = write(connection->socket, bytes_first(output), bytes_count(output));
        if (count < 0 && errno == EAGAIN) return;
        if (count < 0 && errno != EINTR) fail("cannot write: %s", strerror(errno));
        if (count > 0) bytes_take(output, (size_t)count);
    }
}
