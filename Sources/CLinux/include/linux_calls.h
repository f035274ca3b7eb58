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

// Whether the file system of this folder can open files past the page cache: 1 or 0.
int linux_supports_direct_access(const char *folder);

// Whether any process holds a lock on the file, as QEMU does on every image that it has open: 1 or 0.
int linux_is_locked(const char *path);

// Finds the sockets that are connected to the Unix socket listening at path.
// Stores up to capacity inode numbers of the clients' ends, and returns how many there are.
ssize_t linux_unix_socket_peers(const char *path, uint32_t *inodes, size_t capacity);

#endif
