#define _GNU_SOURCE
#include "linux_calls.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

// What the kernel calls TCP_ESTABLISHED and TCP_LISTEN for sockets of every family.
enum { ESTABLISHED = 1, LISTENING = 10 };

struct search {
    const char *name;
    struct linux_unix_socket *sockets;
    size_t capacity;
    size_t found;
};

// inode: of one socket; 0: all that are connected or listen.
static int ask(int descriptor, uint32_t inode) {
    struct {
        struct nlmsghdr header;
        struct unix_diag_req request;
    } message;
    memset(&message, 0, sizeof message);
    message.header.nlmsg_len = sizeof message;
    message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    message.header.nlmsg_flags = NLM_F_REQUEST | (inode == 0 ? NLM_F_DUMP : 0);
    message.request.sdiag_family = AF_UNIX;
    message.request.udiag_states = inode == 0 ? 1u << ESTABLISHED | 1u << LISTENING : UINT32_MAX;
    message.request.udiag_ino = inode;
    message.request.udiag_cookie[0] = message.request.udiag_cookie[1] = UINT32_MAX;
    message.request.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER;
    return send(descriptor, &message, sizeof message, 0) < 0 ? -errno : 0;
}

// The part of a path behind the searched name; 0 if its last part does not begin with that.
static const char *suffix(const struct search *search, const char *path) {
    const char *slash = strrchr(path, '/');
    size_t length = strlen(search->name);
    return slash != NULL && strncmp(slash + 1, search->name, length) == 0 ? slash + 1 + length : NULL;
}

static void note(struct search *search, const struct nlmsghdr *header) {
    if (header->nlmsg_len < NLMSG_LENGTH(sizeof(struct unix_diag_msg))) return;
    const struct unix_diag_msg *socket = NLMSG_DATA(header);
    const struct rtattr *attribute = (const struct rtattr *)(socket + 1);
    size_t left = header->nlmsg_len - NLMSG_LENGTH(sizeof *socket);
    // A path of the longest kind has no NUL of its own.
    char path[sizeof((struct sockaddr_un *)0)->sun_path + 1] = {0};
    struct linux_unix_socket found = {.inode = socket->udiag_ino, .listens = socket->udiag_state == LISTENING};
    for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
        size_t length = RTA_PAYLOAD(attribute);
        if (attribute->rta_type == UNIX_DIAG_NAME && length < sizeof path)
            memcpy(path, RTA_DATA(attribute), length);
        else if (attribute->rta_type == UNIX_DIAG_PEER && length >= sizeof found.peer)
            memcpy(&found.peer, RTA_DATA(attribute), sizeof found.peer);
    }
    const char *rest = suffix(search, path);
    if (rest == NULL) return;
    strncpy(found.suffix, rest, sizeof found.suffix - 1);
    if (search->found < search->capacity) search->sockets[search->found] = found;
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

ssize_t linux_unix_sockets(const char *name, struct linux_unix_socket *sockets, size_t capacity) {
    struct search search = {.name = name, .sockets = sockets, .capacity = capacity};
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (descriptor < 0) return -errno;
    int result = ask(descriptor, 0);
    while (result == 0) result = read_answers(descriptor, &search);
    close(descriptor);
    return result < 0 ? result : (ssize_t)search.found;
}

int linux_unix_socket_is_here(uint32_t inode) {
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (descriptor < 0) return -errno;
    _Alignas(struct nlmsghdr) char buffer[4096];
    int result = ask(descriptor, inode);
    if (result == 0) {
        ssize_t length;
        do length = recv(descriptor, buffer, sizeof buffer, 0);
        while (length < 0 && errno == EINTR);
        const struct nlmsghdr *header = (const struct nlmsghdr *)buffer;
        if (length < 0) {
            result = -errno;
        } else if (!NLMSG_OK(header, (size_t)length)) {
            result = -EBADMSG;
        } else if (header->nlmsg_type != NLMSG_ERROR) {
            result = 1;
        } else {
            int error = ((const struct nlmsgerr *)NLMSG_DATA(header))->error;
            result = error == -ENOENT ? 0 : error == 0 ? -EBADMSG : error;
        }
    }
    close(descriptor);
    return result;
}
