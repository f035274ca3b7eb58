/// Which connections there is a place for, so that nobody takes the last one from those it is meant for. No I/O.
///
/// TCP leaves a quarter of the places to the Unix socket, whose users are trusted and repair the rest. Few are for
/// those without a credential, and the next of them takes the place of the oldest. Where there is no place left, who
/// comes takes that of one without a credential, or of the oldest that still has to show one: whoever has one shows it
/// at once.
public struct ConnectionPlaces: Sendable {
    public enum Listener: Hashable, Sendable, CaseIterable {
        case unix
        case tcp
    }

    /// Names a connection among all of the process.
    public typealias ID = UInt64

    public enum Answer: Hashable, Sendable {
        case serve
        /// Serve it, and end another in its place.
        case replace(ID)
        /// Tell it that there is no place, and end it.
        case refuse
    }

    /// One in so many places is kept for the Unix socket.
    private static let unixShare = 4
    /// One in so many is for connections without a credential.
    private static let strangerShare = 16
    /// Beside so many places there is a socket more to tell a connection that there is no place.
    private static let refusalShare = 16
    private static let leastRefusals = 4

    /// Connections that are served at once.
    public private(set) var count: Int
    private var openCounts: [Listener: Int] = [:]
    private var servedCounts: [Listener: Int] = [:]
    /// By TCP, and nothing is known of them yet; the oldest first.
    private var undecided: [ID] = []
    /// Without a credential, the oldest first.
    private var strangers: [ID] = []

    public init(count: Int) {
        self.count = count
    }

    /// Sets the count to what so many sockets leave room for, and at most `limit`. Nobody loses a place by that.
    public mutating func fit(sockets: Int, limit: Int) {
        let served = min(sockets - Self.leastRefusals, sockets * Self.refusalShare / (Self.refusalShare + 1))
        count = max(1, min(served, limit))
    }

    private var refusals: Int { max(Self.leastRefusals, count / Self.refusalShare) }
    private var strangerCount: Int { max(1, count / Self.strangerShare) }

    private func places(for listener: Listener) -> Int {
        listener == .unix ? count : count - count / Self.unixShare
    }

    // MARK: Sockets

    /// A connection's socket is open, whatever becomes of it.
    public mutating func opened(by listener: Listener) { openCounts[listener, default: 0] += 1 }

    public mutating func closed(by listener: Listener) { openCounts[listener, default: 0] -= 1 }

    /// Sockets that are open.
    public var openCount: Int { openCounts.values.reduce(0, +) }

    /// Whether there is a socket for one more connection, be it to refuse it. Until then it waits in the system.
    public func hasSocket(for listener: Listener) -> Bool {
        openCount < count + refusals
            && openCounts[listener, default: 0] < places(for: listener) + refusals
    }

    // MARK: Places

    /// A connection has come. By TCP it is to show a credential now.
    public mutating func enter(_ id: ID, by listener: Listener) -> Answer {
        let hasPlace =
            servedCounts.values.reduce(0, +) < count && servedCounts[listener, default: 0] < places(for: listener)
        let loser = hasPlace ? nil : Self.takeFirst(&strangers) ?? Self.takeFirst(&undecided)
        guard hasPlace || loser != nil else { return .refuse }
        servedCounts[listener, default: 0] += 1
        if listener == .tcp { undecided.append(id) }
        return loser.map { .replace($0) } ?? .serve
    }

    private static func takeFirst(_ ids: inout [ID]) -> ID? {
        ids.isEmpty ? nil : ids.removeFirst()
    }

    /// A connection that has entered has shown a credential, or that it has none: in its Hello, or by silence.
    ///
    /// - Returns: whom to end for it.
    public mutating func identified(_ id: ID, hasCredential: Bool) -> ID? {
        undecided.removeAll { $0 == id }
        guard !hasCredential else {
            strangers.removeAll { $0 == id }
            return nil
        }
        if !strangers.contains(id) { strangers.append(id) }
        return strangers.count > strangerCount ? Self.takeFirst(&strangers) : nil
    }

    /// A connection that was served is no longer.
    public mutating func left(_ id: ID, by listener: Listener) {
        servedCounts[listener, default: 0] -= 1
        undecided.removeAll { $0 == id }
        strangers.removeAll { $0 == id }
    }
}
