internal import Glibc

/// A Unix socket that is bound, but does not listen yet.
///
/// Made with system calls because the file's mode has to be right before anybody can connect: a connection to a bound
/// socket that does not listen is refused.
struct UnixSocket {
    /// Read and write for owner and group.
    static let mode: mode_t = 0o660

    let descriptor: Int32
    private let path: String
    private let identity: FileIdentity

    /// Tells our socket file from one that somebody else put in its place.
    private struct FileIdentity: Equatable {
        let device: dev_t
        let inode: ino_t

        init?(path: String) {
            var status = stat()
            guard lstat(path, &status) == 0 else { return nil }
            device = status.st_dev
            inode = status.st_ino
        }
    }

    /// Binds the path, after removing a socket file on which nobody answers.
    init(path: String) throws(EndpointError) {
        try Self.removeStale(path)
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .system(call: "socket", path: path, errno: errno) }
        do throws(EndpointError) {
            try Self.withAddress(path, "bind") { Glibc.bind(descriptor, $0, $1) }
            guard chmod(path, Self.mode) == 0 else { throw .system(call: "chmod", path: path, errno: errno) }
            guard let identity = FileIdentity(path: path) else {
                throw .system(call: "lstat", path: path, errno: errno)
            }
            self.descriptor = descriptor
            self.path = path
            self.identity = identity
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Sets how many connections the system keeps until they are accepted; it has its own limit, net.core.somaxconn.
    func listen(backlog: Int32) throws(EndpointError) {
        guard Glibc.listen(descriptor, backlog) == 0 else { throw .system(call: "listen", path: path, errno: errno) }
    }

    /// Removes the file if it is still ours. The descriptor is the channel's to close.
    func removeFile() {
        if FileIdentity(path: path) == identity { unlink(path) }
    }

    private static func removeStale(_ path: String) throws(EndpointError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path) }
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard probe >= 0 else { throw .system(call: "socket", path: path, errno: errno) }
        defer { close(probe) }
        do throws(EndpointError) {
            try withAddress(path, "connect") { connect(probe, $0, $1) }
        } catch .system(_, _, ECONNREFUSED) {
            unlink(path)
            return
        }
        throw .inUse(path)
    }

    /// Lends the path as the system's address. Safe: the path is not longer than the address' room; the rest is zero.
    private static func withAddress(
        _ path: String, _ call: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws(EndpointError) {
        guard path.utf8.count <= Endpoint.longestPath else { throw .notAnEndpoint(path) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw .system(call: call, path: path, errno: errno) }
    }
}
