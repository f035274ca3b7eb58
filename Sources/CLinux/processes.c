#define _GNU_SOURCE
#include "linux_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Bytes of /proc/PID/syscall: ten numbers at most.
enum { CALL_TEXT_BYTES = 256 };
// More than any socket holds.
enum { ROOM_BYTES = 256 << 20 };

int linux_open_process(pid_t process_id) {
    int process = pidfd_open(process_id, 0);
    return process < 0 ? -errno : process;
}

int linux_signal_process(int process, int number) {
    return pidfd_send_signal(process, number, NULL, 0) < 0 ? -errno : 0;
}

int linux_shut_socket(int process, int descriptor, uint64_t inode) {
    int ours = pidfd_getfd(process, descriptor, 0);
    if (ours < 0) return errno == EBADF ? -ESTALE : -errno;
    struct stat status;
    int error = fstat(ours, &status) < 0 ? errno : S_ISSOCK(status.st_mode) && status.st_ino == inode ? 0 : ESTALE;
    if (error == 0 && shutdown(ours, SHUT_RDWR) < 0 && errno != ENOTCONN) error = errno;
    // Who waits until the peer reads is not woken by the end of the connection, only by room; then it finds the end.
    int room = ROOM_BYTES;
    if (error == 0 && setsockopt(ours, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room) < 0)
        setsockopt(ours, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    close(ours);
    return -error;
}

// Reads what a thread does in the kernel, as proc(5) tells it under syscall.
static int read_call(pid_t process_id, pid_t thread_id, char text[CALL_TEXT_BYTES]) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/syscall", (int)process_id, (int)thread_id);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return -errno;
    ssize_t length = read(descriptor, text, CALL_TEXT_BYTES - 1);
    int error = length < 0 ? errno : 0;
    close(descriptor);
    if (error != 0) return -error;
    text[length] = 0;
    return 0;
}

int linux_thread_works(pid_t process_id, pid_t thread_id) {
    char text[CALL_TEXT_BYTES];
    int result = read_call(process_id, thread_id, text);
    if (result < 0) return result;
    char *end;
    long number = strtol(text, &end, 10);
    // "running", or a number that says that it is in no call.
    if (end == text || number < 0) return 1;
    switch (number) {
    case SYS_futex:
    case SYS_ppoll:
    case SYS_epoll_pwait:
#ifdef SYS_poll
    case SYS_poll:
    case SYS_epoll_wait:
#endif
        return 0;
    default: return 1;
    }
}

ssize_t linux_polled_descriptors(pid_t process_id, struct pollfd *entries, size_t capacity) {
    char text[CALL_TEXT_BYTES], path[64];
    int result = read_call(process_id, process_id, text);
    if (result < 0) return result;
    long number;
    unsigned long address, count;
    if (sscanf(text, "%ld %lx %lx", &number, &address, &count) != 3 || number != SYS_ppoll) return -EAGAIN;
    snprintf(path, sizeof path, "/proc/%d/mem", (int)process_id);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return -errno;
    size_t wanted = (count < capacity ? count : capacity) * sizeof *entries;
    ssize_t length = pread(descriptor, entries, wanted, (off_t)address);
    int error = length < 0 ? errno : (size_t)length != wanted ? EAGAIN : 0;
    close(descriptor);
    return error != 0 ? -error : (ssize_t)count;
}

void linux_name_thread(const char *name) {
    char text[16] = {0};
    strncpy(text, name, sizeof text - 1);
    prctl(PR_SET_NAME, text, 0, 0, 0);
}

int linux_is_ready(int descriptor) {
    struct pollfd entry = {.fd = descriptor, .events = POLLIN};
    int count;
    do count = poll(&entry, 1, 0);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

int linux_open_poller(void) {
    int poller = epoll_create1(EPOLL_CLOEXEC);
    return poller < 0 ? -errno : poller;
}

int linux_poll_once(int poller, int descriptor, uint64_t key) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.u64 = key};
    if (epoll_ctl(poller, EPOLL_CTL_MOD, descriptor, &event) == 0) return 0;
    if (errno != ENOENT) return -errno;
    return epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) < 0 ? -errno : 0;
}

void linux_poll_no_more(int poller, int descriptor) {
    epoll_ctl(poller, EPOLL_CTL_DEL, descriptor, NULL);
}

int linux_wait_for_ready(int poller, uint64_t *keys, size_t capacity) {
    enum { MOST = 64 };
    struct epoll_event events[MOST];
    int count;
    do count = epoll_wait(poller, events, capacity < MOST ? (int)capacity : MOST, -1);
    while (count == 0 || (count < 0 && errno == EINTR));
    if (count < 0) return -errno;
    for (int index = 0; index < count; index++) keys[index] = events[index].data.u64;
    return count;
}
