import Glibc
import Synchronization

/// Writing to standard output and standard error. A reader that has gone away is no error: what follows is dropped.
enum StandardStreams {
    private static let outputIsClosed = Atomic(false)

    /// Whether nobody reads standard output any more; a command without an end then ends.
    static var isOutputClosed: Bool { outputIsClosed.load(ordering: .relaxed) }

    /// To be called once, before anything is written.
    static func begin() {
        signal(SIGPIPE, SIG_IGN)
    }

    static func output(_ text: String) {
        guard !isOutputClosed else { return }
        if !write(Array(text.utf8), to: STDOUT_FILENO) { outputIsClosed.store(true, ordering: .relaxed) }
    }

    static func error(_ text: String) {
        _ = write(Array(text.utf8), to: STDERR_FILENO)
    }

    /// Writes everything; false, with `errno` set, if that is not possible.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                bytes = bytes.dropFirst(count)
            } else if errno != EINTR && errno != EAGAIN {
                return false
            }
        }
        return true
    }
}
