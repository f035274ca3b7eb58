import CLinux
import Glibc
import HoldpointClient
import Synchronization

/// Writing to standard output and standard error. A reader that has gone away is no error: what follows is dropped.
/// Other output that cannot be written (a full disk, a closed descriptor) is one, and told at the end.
enum StandardStreams {
    /// Of the write that failed; 0: none did.
    private static let outputErrorCode = Atomic<Int32>(0)

    /// Whether standard output takes nothing any more; a command without an end then ends.
    static var isOutputClosed: Bool { outputErrorCode.load(ordering: .relaxed) != 0 }

    /// Why output is missing that somebody may wait for.
    static var outputFailure: CommandFailure? {
        let code = outputErrorCode.load(ordering: .relaxed)
        guard code != 0, code != EPIPE else { return nil }
        let status = Status(
            code: .`internal`, message: "standard output cannot be written: \(String(cString: strerror(code)))")
        return CommandFailure("output lost", status)
    }

    /// To be called once, before anything is opened or written: a socket must not get a stream's number.
    static func begin() {
        guard linux_fill_standard_streams() == 0 else { exit(ExitStatus.internalFailure.rawValue) }
        // Errors, not the end.
        for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
    }

    static func output(_ text: String) {
        guard !isOutputClosed else { return }
        if !write(Array(text.utf8), to: STDOUT_FILENO) { outputErrorCode.store(errno, ordering: .relaxed) }
    }

    /// To be called once, behind the last output. A file system on a network, or with quotas, tells only here what it
    /// could not keep.
    static func endOutput() {
        guard close(STDOUT_FILENO) != 0, !isOutputClosed else { return }
        outputErrorCode.store(errno, ordering: .relaxed)
    }

    /// Waits until a file that standard output was redirected to is on the disk; anything else has none.
    ///
    /// - Returns: false, with `errno` set, if it cannot be kept.
    static func syncOutput() -> Bool {
        fsync(STDOUT_FILENO) == 0 || [EINVAL, EROFS, ENOTSUP].contains(errno)
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
            } else if errno == EAGAIN {
                waitForRoom(descriptor)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    /// Somebody who shares the stream has made it non-blocking.
    private static func waitForRoom(_ descriptor: Int32) {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&request, 1, -1)
    }
}
