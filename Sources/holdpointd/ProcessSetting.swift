import CLinux
import Foundation

/// What holds for the whole process from its first moment, and for every process that it starts.
enum ProcessSetting {
    /// Files and sockets are for their owner alone unless their maker gives them another mode.
    private static let fileModeMask: mode_t = 0o077

    /// To be called before anything else.
    static func begin() {
        guard linux_forbid_cores_unless_asked_for() == 0, linux_fill_standard_streams() == 0 else {
            exit(DaemonExit.fault)
        }
        // A write to a closed peer or past a limit is an error, not the end; a terminal's wish does not stop a server.
        for number in [SIGPIPE, SIGXFSZ, SIGTTOU] { signal(number, SIG_IGN) }
        umask(fileModeMask)
    }
}
