// Linux calls that Swift's Glibc module does not show, because they need _GNU_SOURCE or kernel headers.
// Each returns 0 or a count on success, and an errno value, negated, on failure. None keeps a pointer.
#ifndef HOLDPOINT_LINUX_CALLS_H
#define HOLDPOINT_LINUX_CALLS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Starts a program in a session of its own that outlives the caller: standard input is /dev/null, standard output and
// error go to output_descriptor, nothing else is inherited, signals are as in a fresh process, it works in folder.
// file is looked for in the caller's PATH. Stores the child's id in process_id.
int linux_spawn(const char *file, char *const arguments[], char *const environment[], const char *folder,
                int output_descriptor, pid_t *process_id);

// Opens a file as what it should be: a plain file, reached without following a link in its last component, never waiting
// for a peer as a FIFO would make it. Returns a descriptor that programs do not inherit; -ELOOP for a link, -EMEDIUMTYPE
// for anything else that is no plain file, another errno value, negated, if it cannot be opened. mode is for O_CREAT.
int linux_open_plain_file(const char *path, int flags, mode_t mode);

// Opens what is closed among descriptors 0, 1 and 2, so that no file or socket gets such a number and is taken for a
// standard stream. Input is empty then; writing to the others fails with EBADF as before. To be called first of all.
int linux_fill_standard_streams(void);

// Sees to it that no core is written of this process, or of those that it starts: one holds passwords and tokens. Not
// where the environment says HOLDPOINT_ALLOW_CORES=1. To be called first of all.
int linux_forbid_cores_unless_asked_for(void);

// Whether the file system of this folder can open files past the page cache: 1 or 0.
int linux_supports_direct_access(const char *folder);

// Holds a byte of a file, shared or exclusively, for as long as the descriptor is open; held already: changes how. The
// lock is the descriptor's: also one of the same process by fcntl stands in its way. -EAGAIN if another lock does.
int linux_hold_byte(int descriptor, off_t offset, int exclusively);

// Whether any process holds a lock on the file, as QEMU does on every image that it has open: 1 or 0.
int linux_is_locked(const char *path);

// A Unix socket that was bound to, or accepted from, a path whose last part begins with a searched name.
struct linux_unix_socket {
    // 0 while a connection waits to be accepted.
    uint32_t inode;
    // The other end of a connection; 0: there is none, or it has closed.
    uint32_t peer;
    int listens;
    // What follows the searched name, cut to this length, ended by a NUL.
    char suffix[8];
};

// Finds the Unix sockets of this network namespace whose path's last part begins with name, however the folders above
// it were spelled when they were bound. Stores up to capacity of them, and returns how many there are.
ssize_t linux_unix_sockets(const char *name, struct linux_unix_socket *sockets, size_t capacity);

// Whether a Unix socket of this network namespace has that inode number: 1 or 0.
int linux_unix_socket_is_here(uint32_t inode);

// A descriptor that stands for a process for as long as it is open, whoever gets its number later.
int linux_open_process(pid_t process_id);
int linux_signal_process(int process, int number);

// Shuts both directions of a socket that another process holds under a descriptor, if it still is the socket of that
// inode number; -ESTALE if not. The process sees what it would see if its peer had gone.
int linux_shut_socket(int process, int descriptor, uint64_t inode);

struct pollfd;

// What a process's main thread waits for in poll: stores up to capacity entries, and returns how many there are. -EAGAIN
// if it does something else.
ssize_t linux_polled_descriptors(pid_t process_id, struct pollfd *entries, size_t capacity);

// Whether a thread is in a system call that is no waiting for events or for other threads: for a storage daemon, one for
// its disk. 1 or 0.
int linux_thread_works(pid_t process_id, pid_t thread_id);

// Gives the calling thread a name, cut to 15 bytes, by which tools list it.
void linux_name_thread(const char *name);

// Whether there is something to read, or the end: 1 or 0. Of a process: whether it has ended.
int linux_is_ready(int descriptor);

// Waits for many descriptors at once; see epoll(7). Each is watched until it is ready once, and then again only after the
// next linux_poll_once. Its key comes back from linux_wait_for_ready.
int linux_open_poller(void);
int linux_poll_once(int poller, int descriptor, uint64_t key);
void linux_poll_no_more(int poller, int descriptor);
// Stores the keys of up to capacity descriptors that are ready, and returns how many. Waits for one at least.
int linux_wait_for_ready(int poller, uint64_t *keys, size_t capacity);

// Marks the calling thread as an event loop's, which must never wait, and says whether it is marked: 1 or 0. It stands
// here because the transport's threads and what blocks have nothing else in common: the composition root has the
// transport call the one, and what blocks asks the other.
void linux_mark_event_loop(void);
int linux_is_event_loop(void);

#endif
