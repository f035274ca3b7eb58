import Foundation

/// Standard output and error. They fail like any file: closed, full, their reader gone. Nothing of it is a trap.
enum StandardStream {
    /// Writes all bytes, waiting for the reader if need be.
    ///
    /// - Returns: how many were written, and why no more: a value of errno; 0: all were.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> (writtenCount: Int, errorCode: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            let code = count < 0 ? errno : EIO
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if code == EAGAIN {
                waitForRoom(descriptor)
            } else if code != EINTR {
                return (bytes.count - rest.count, code)
            }
        }
        return (bytes.count, 0)
    }

    /// Somebody who shares the stream has made it non-blocking.
    private static func waitForRoom(_ descriptor: Int32) {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&request, 1, -1)
    }

    /// What was asked for: help, a version, a report. A reader that has gone is no error.
    static func output(_ text: String) throws(DaemonExit) {
        let code = write(Array(text.utf8), to: STDOUT_FILENO).errorCode
        guard code == 0 || code == EPIPE else {
            throw DaemonExit(
                code: DaemonExit.fault,
                message: "cannot write to standard output: \(String(cString: strerror(code)))")
        }
    }
}
