internal import Engine
internal import Glibc

/// Calls on a Unix stream socket that never wait.
enum UnixSocket {
    /// Longest path that a socket's address takes, without the NUL at its end. Source: unix(7).
    static let maximumPathByteCount = 107

    /// What a read found.
    enum Input {
        case bytes(ArraySlice<UInt8>)
        case nothingYet
        case end
    }

    static func connect(to path: String) throws(EngineError) -> Int32 {
        var address = try address(of: path)
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw .system("make a socket", code: errno) }
        let result = withUnsafePointer(to: &address) { pointer in
            // sockaddr_un is one of the shapes that a sockaddr stands for.
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            let code = errno
            close(descriptor)
            // Nobody accepts: enough wait for that already.
            let reason = code == EAGAIN ? EngineError.Reason.timeout : .serverLost
            throw EngineError(
                reason, "cannot connect to a server's process: \(String(cString: strerror(code)))", cause: path)
        }
        return descriptor
    }

    private static func address(of path: String) throws(EngineError) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count <= maximumPathByteCount else {
            throw EngineError(.failed, "a socket's path is longer than \(maximumPathByteCount) bytes", cause: path)
        }
        // The array is longer than the longest path by one byte, which stays 0.
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return address
    }

    static func read(_ descriptor: Int32, into buffer: inout [UInt8]) -> Input {
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        if count > 0 { return .bytes(buffer[..<count]) }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothingYet : .end
    }

    /// What became of a line that was sent.
    enum Output {
        case taken
        /// Not a byte fits; nothing was sent.
        case full
        /// The peer has gone, or stopped reading in the middle of the line.
        case ended
    }

    /// A peer that reads what it asked for always leaves room.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Output {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                send(descriptor, buffer.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return sent == 0 && count < 0 && errno == EAGAIN ? .full : .ended }
            sent += count
        }
        return .taken
    }
}
