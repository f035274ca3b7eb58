import Store
import Synchronization

/// A store whose process dies at a chosen commit: from then on nothing is written or read through it.
final class CrashingStore: MetadataStore {
    enum Moment: String, CaseIterable, Sendable {
        /// The transaction was never written.
        case before
        /// It was written, but its caller never learned so.
        case after
    }

    private struct State {
        var commitCount = 0
        var isDead = false
        var fullCount = 0
    }

    private let base: any MetadataStore
    private let moment: Moment
    /// The commit at which it dies; the first is 1; 0: never.
    private let fatalCommit: Int
    private let state = Mutex(State())

    init(_ base: any MetadataStore, fatalCommit: Int = 0, moment: Moment = .before) {
        self.base = base
        self.fatalCommit = fatalCommit
        self.moment = moment
    }

    var commitCount: Int { state.withLock { $0.commitCount } }
    var isDead: Bool { state.withLock { $0.isDead } }

    func die() { state.withLock { $0.isDead = true } }

    /// The next writes find no room.
    func beFull(times: Int) { state.withLock { $0.fullCount = times } }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        try checkAlive()
        return try await base.read(body)
    }

    func survey<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        try await read(body)
    }

    func write<Result: Sendable>(
        for purpose: WritePurpose, _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
    ) async throws -> Result {
        try checkAlive()
        try checkRoom()
        let isFatal = state.withLock { state in
            state.commitCount += 1
            state.isDead = state.commitCount == fatalCommit
            return state.isDead
        }
        if isFatal && moment == .before { throw StoreError.unusable("died") }
        let result = try await base.write(for: purpose, body)
        try checkAlive()
        return result
    }

    func problems() async throws -> [String] { try await base.problems() }

    func backUp(chunkByteCount: Int, _ send: ([UInt8]) async throws -> Void) async throws {
        try await base.backUp(chunkByteCount: chunkByteCount, send)
    }

    func changes(of topics: Set<ChangeTopic>) -> AsyncStream<Void> { base.changes(of: topics) }

    private func checkAlive() throws {
        if isDead { throw StoreError.unusable("died") }
    }

    private func checkRoom() throws {
        let isFull = state.withLock { state in
            guard state.fullCount > 0 else { return false }
            state.fullCount -= 1
            return true
        }
        if isFull { throw StoreError.storageFull }
    }
}
