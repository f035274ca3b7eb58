// What cannot be measured ends the program.
#pragma once

// Says why on standard error, and exits with 1.
__attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...);
