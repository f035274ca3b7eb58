internal import CLinux
internal import Engine
internal import Glibc
internal import Model

/// The connections of NBD clients to one server's process, seen from outside: the process is not asked, so it may be
/// silent, and nothing that it serves is touched. Calls block.
struct NBDConnections {
    /// One connection.
    struct Connection: Hashable {
        /// Of the process's end; 0: it waits to be accepted. Connections that came later have higher numbers.
        let inode: UInt64
        /// The number under which the process has its end; nil: it waits to be accepted.
        let descriptor: Int32?
        /// Of the client's end; nil: a network namespace of its own hides it.
        let clientInode: UInt64?
    }

    let server: ServerID

    private static let exportSuffix = "nbd"
    private static let initialCapacity = 64

    /// - Parameter process: nil: none is known; connections to a listener of this server's name count all the same.
    /// - Throws: `.unknown`.
    func all(of process: pid_t?) throws(EngineError) -> [Connection] {
        let held = try process.map { id throws(EngineError) in try SocketTable.sockets(of: id) } ?? [:]
        let sockets = try named()
        let known = Set(sockets.map(\.inode))
        let seen = sockets.filter { $0.isExport && $0.peer != 0 }.map {
            Connection(inode: $0.inode, descriptor: held[$0.inode], clientInode: $0.peer)
        }
        // The kernel lists an accepted socket where its client lives: in the network namespace of a container, say.
        var hidden: [UInt64: Int32] = [:]
        for (inode, descriptor) in held where !known.contains(inode) {
            if try !Self.isListedHere(inode) { hidden[inode] = descriptor }
        }
        if let process, !hidden.isEmpty {
            // What was closed between the two looks is in neither.
            let still = try SocketTable.sockets(of: process)
            hidden = hidden.filter { still[$0.key] == $0.value }
        }
        return seen + hidden.map { Connection(inode: $0.key, descriptor: $0.value, clientInode: nil) }
    }

    private static func isListedHere(_ inode: UInt64) throws(EngineError) -> Bool {
        let result = linux_unix_socket_is_here(UInt32(truncatingIfNeeded: inode))
        guard result >= 0 else { throw .unknown("whose a socket is", code: -result) }
        return result == 1
    }

    private struct NamedSocket {
        let inode: UInt64
        let peer: UInt64
        /// A connection to the listener of NBD clients.
        let isExport: Bool
    }

    private func named() throws(EngineError) -> [NamedSocket] {
        var sockets = [linux_unix_socket](repeating: linux_unix_socket(), count: Self.initialCapacity)
        while true {
            let count = linux_unix_sockets("\(server).", &sockets, sockets.count)
            guard count >= 0 else { throw .unknown("who is connected to \(server)", code: Int32(clamping: -count)) }
            if count <= sockets.count {
                return sockets.prefix(count).map {
                    NamedSocket(
                        inode: UInt64($0.inode), peer: UInt64($0.peer),
                        isExport: $0.listens == 0 && Self.text($0.suffix) == Self.exportSuffix)
                }
            }
            sockets = [linux_unix_socket](repeating: linux_unix_socket(), count: count * 2)
        }
    }

    /// - Parameter bytes: an array of C, ended by a NUL.
    private static func text(_ bytes: some Any) -> String {
        withUnsafeBytes(of: bytes) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    // MARK: Who it is

    /// As far as it can be found.
    static func peers(of connections: [Connection]) -> [Connection: NBDPeer] {
        let inodes = Set(connections.compactMap(\.clientInode))
        let owners = SocketTable.owners(of: inodes)
        return Dictionary(
            connections.map { ($0, NBDPeer(processID: $0.clientInode.flatMap { owners[$0] }, socketInode: $0.inode)) },
            uniquingKeysWith: { first, _ in first })
    }
}

/// Who is at the other end of a connection.
struct NBDPeer: Hashable {
    /// nil: it could not be found: it is gone, or another user's, or in a container.
    let processID: pid_t?
    let socketInode: UInt64

    /// `unix:pid=123 (nbdcopy)`
    var name: String {
        guard let processID else { return "unix:socket=\(socketInode)" }
        return "unix:pid=\(processID) (\(ProcessFile.commandName(of: processID)))"
    }

    /// It was stopped by a signal or a debugger, or has ended: nobody at that end reads or writes now.
    var isStopped: Bool {
        guard let processID else { return false }
        return ProcessFile.isStopped(processID) || ProcessFile.state(of: processID) == "Z"
    }
}
