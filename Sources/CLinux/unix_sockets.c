#define _GNU_SOURCE
#include "linux_calls.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// What the kernel calls TCP_ESTABLISHED for sockets of every family.
enum { ESTABLISHED = 1 };

struct search {
    const char *path;
    size_t path_length;
    uint32_t *inodes;
    size_t capacity;
    size_t found;
};

static int ask(int descriptor) {
    struct {
        struct nlmsghdr header;
        struct unix_diag_req request;
    } message;
    memset(&message, 0, sizeof message);
    message.header.nlmsg_len = sizeof message;
    message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    message.request.sdiag_family = AF_UNIX;
    message.request.udiag_states = 1u << ESTABLISHED;
    message.request.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER;
    return send(descriptor, &message, sizeof message, 0) < 0 ? -errno : 0;
}

static int is_searched_path(const struct search *search, const char *name, size_t length) {
    return strnlen(name, length) == search->path_length && memcmp(name, search->path, search->path_length) == 0;
}

static void note(struct search *search, const struct nlmsghdr *header) {
    if (header->nlmsg_len < NLMSG_LENGTH(sizeof(struct unix_diag_msg))) return;
    const struct unix_diag_msg *socket = NLMSG_DATA(header);
    const struct rtattr *attribute = (const struct rtattr *)(socket + 1);
    size_t left = header->nlmsg_len - NLMSG_LENGTH(sizeof *socket);
    int matches = 0;
    uint32_t peer = 0;
    for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
        size_t length = RTA_PAYLOAD(attribute);
        if (attribute->rta_type == UNIX_DIAG_NAME)
            matches = is_searched_path(search, RTA_DATA(attribute), length);
        else if (attribute->rta_type == UNIX_DIAG_PEER && length >= sizeof peer)
            memcpy(&peer, RTA_DATA(attribute), sizeof peer);
    }
    // No peer: the client has closed its end, and the process has not noticed yet.
    if (!matches || peer == 0) return;
    if (search->found < search->capacity) search->inodes[search->found] = peer;
    search->found++;
}

// Returns 1 at the end of the dump, 0 if there is more, an errno value, negated, on failure.
static int read_answers(int descriptor, struct search *search) {
    _Alignas(struct nlmsghdr) char buffer[32768];
    ssize_t length = recv(descriptor, buffer, sizeof buffer, 0);
    if (length < 0) return errno == EINTR ? 0 : -errno;
    size_t left = (size_t)length;
    for (const struct nlmsghdr *header = (const struct nlmsghdr *)buffer; NLMSG_OK(header, left);
         header = NLMSG_NEXT(header, left)) {
        if (header->nlmsg_type == NLMSG_DONE) return 1;
        if (header->nlmsg_type == NLMSG_ERROR) return -EOPNOTSUPP;
        if (header->nlmsg_type == SOCK_DIAG_BY_FAMILY) note(search, header);
    }
    return 0;
}

ssize_t linux_unix_socket_peers(const char *path, uint32_t *inodes, size_t capacity) {
    struct search search = {.path = path, .path_length = strlen(path), .inodes = inodes, .capacity = capacity};
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (descriptor < 0) return -errno;
    int result = ask(descriptor);
    while (result == 0) result = read_answers(descriptor, &search);
    close(descriptor);
    return result < 0 ? result : (ssize_t)search.found;
}
