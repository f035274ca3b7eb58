#define _GNU_SOURCE
#include "linux_calls.h"

#include <pthread.h>

static _Thread_local int is_event_loop;

void linux_mark_event_loop(void) {
    is_event_loop = 1;
    // Shown by top -H and in /proc; at most 15 bytes.
    pthread_setname_np(pthread_self(), "event-loop");
}

int linux_is_event_loop(void) { return is_event_loop; }
