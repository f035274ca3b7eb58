internal import CLinux
internal import Engine
internal import Glibc
internal import Model

/// Finds the client that a process waits for when it has begun to drain its exports, and disconnects it.
///
/// QEMU's drain waits for every request that a client has begun; one that was stopped in the midst of sending a write,
/// or does not read the answers to its reads, makes it wait for ever, and with it every client of the server. Ending
/// the process would be a power cut for all of them. Shutting that one socket from outside ends that one request
/// (pidfd_getfd, shutdown), and the drain goes on; nothing that was acknowledged is lost (tried).
///
/// A process that works on its disk is slow and waits for nobody: then nobody is disconnected. Nor is a slow client
/// that goes on: its bytes wake the process, which nothing else wakes then. Calls block.
struct StalledClients {
    let server: ServerID
    let processID: pid_t
    let limits: QEMULimits

    /// More descriptors than this are not looked at.
    private static let maximumPolledCount = 4096

    /// How long the process has been waiting.
    struct Stall {
        let sinceBegin: Duration
        /// Since anything woke it, a few bytes of a slow client for instance, or a client was disconnected.
        let inSilence: Duration
    }

    /// Disconnects one client, if the process waits for one that has had its time.
    ///
    /// - Returns: whom; nil: nobody, yet.
    func disconnectNext(after stall: Stall) throws(EngineError) -> String? {
        guard stall.sinceBegin >= limits.stoppedClientPatience, ProcessFile.activity(of: processID) == .waiting else {
            return nil
        }
        let candidates = try candidates()
        let peers = NBDConnections.peers(of: candidates.map(\.connection))
        guard let victim = candidates.min(by: { rank($0, peers) < rank($1, peers) }),
            let descriptor = victim.connection.descriptor, let peer = peers[victim.connection]
        else { return nil }
        let hasHadItsTime =
            canGoOn(victim, peer)
            ? stall.inSilence >= limits.slowClientPatience
            : stall.sinceBegin >= limits.stoppedClientPatience
        // Finding out who it is took its time: it must still be so.
        guard hasHadItsTime, ProcessFile.activity(of: processID) == .waiting,
            try self.candidates().contains(where: { $0.connection == victim.connection })
        else { return nil }
        return try shut(descriptor, victim.connection.inode) ? peer.name : nil
    }

    private struct Candidate {
        let connection: NBDConnections.Connection
        /// The process waits until the client reads.
        let isUnread: Bool
    }

    /// Connections that the process waits for. While it drains it has stopped listening to those that have no request
    /// under way, and to the younger ones of each export only once the older are done.
    private func candidates() throws(EngineError) -> [Candidate] {
        let sockets = try SocketTable.sockets(of: processID)
        let connections = try NBDConnections(server: server).all(of: processID).filter { $0.descriptor != nil }
        var entries = [pollfd](repeating: pollfd(), count: Self.maximumPolledCount)
        let count = linux_polled_descriptors(processID, &entries, entries.count)
        // It does something else, or that cannot be seen: then nobody is disconnected on a guess.
        guard (0...entries.count).contains(count) else { return [] }
        let polled = Dictionary(
            entries.prefix(count).map { ($0.fd, $0.events) }, uniquingKeysWith: { $0 | $1 })
        // Whoever still listens for new clients has not begun to drain.
        let others = Set(sockets.values).subtracting(connections.compactMap(\.descriptor))
        guard others.isDisjoint(with: polled.keys) else { return [] }
        return connections.compactMap { connection in
            guard let events = connection.descriptor.flatMap({ polled[$0] }) else { return nil }
            return Candidate(connection: connection, isUnread: events & Int16(POLLOUT) != 0)
        }
    }

    /// Those that cannot go on by themselves first, then the one that came first.
    private func rank(_ candidate: Candidate, _ peers: [NBDConnections.Connection: NBDPeer]) -> (Int, UInt64) {
        let peer = peers[candidate.connection]
        return (peer.map { canGoOn(candidate, $0) } ?? true ? 1 : 0, candidate.connection.inode)
    }

    private func canGoOn(_ candidate: Candidate, _ peer: NBDPeer) -> Bool {
        !candidate.isUnread && !peer.isStopped
    }

    /// - Returns: false if the connection has ended meanwhile.
    private func shut(_ descriptor: Int32, _ inode: UInt64) throws(EngineError) -> Bool {
        let process = linux_open_process(processID)
        guard process >= 0 else { throw .unknown("whom \(server) waits for", code: -process) }
        defer { close(process) }
        let result = linux_shut_socket(process, descriptor, inode)
        if result == -ESTALE { return false }
        guard result == 0 else { throw .system("disconnect a stalled client of \(server)", code: -result) }
        return true
    }
}
