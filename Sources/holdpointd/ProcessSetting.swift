import CLinux
import Foundation

/// What holds for the whole process from its first moment, and for every process that it starts.
enum ProcessSetting {
    /// Files and sockets are for their owner alone unless their maker gives them another mode.
    private static let fileModeMask: mode_t = 0o077
    /// No core is written: one holds passwords and tokens. Not 0, which would still feed a program that the kernel is
    /// told to pipe cores to; 1 byte is too little for a file, and the kernel's sign for starting no such program.
    /// Children inherit it. Rejected: `PR_SET_DUMPABLE`, which would hide our own `/proc` from us where we are not
    /// root.
    private static let coreLimitBytes: rlim_t = 1

    /// To be called before anything else.
    static func begin() {
        guard linux_fill_standard_streams() == 0 else { exit(DaemonExit.fault) }
        // A write to a closed peer or past a limit is an error, not the end; a terminal's wish does not stop a server.
        for number in [SIGPIPE, SIGXFSZ, SIGTTOU] { signal(number, SIG_IGN) }
        umask(fileModeMask)
        var limit = rlimit(rlim_cur: coreLimitBytes, rlim_max: coreLimitBytes)
        // Fails only for one that is lower already.
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    }
}
