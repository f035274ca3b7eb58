import Store
import Synchronization

/// A store that counts what is asked of it, and lets something happen before a commit.
final class ObservedStore: MetadataStore {
    /// What one transaction, or all, cost.
    struct Cost: Sendable {
        var statements = 0
        /// Rows that were read or changed.
        var rows = 0
        /// Writes only.
        var commits = 0
        /// Rows of the largest write.
        var largestWrite = 0
    }

    typealias Interference = @Sendable (any WriteTransaction) throws -> Void

    private struct State {
        var cost = Cost()
        var commitsLeft = 0
        var interference: Interference?
    }

    private let base: any MetadataStore
    private let state = Mutex(State())

    init(_ base: any MetadataStore) {
        self.base = base
    }

    /// What was asked of it since the last time.
    func takeCost() -> Cost {
        state.withLock { state in
            defer { state.cost = Cost() }
            return state.cost
        }
    }

    /// Does something of its own just before a commit of what frees room, as deletions do.
    ///
    /// - Parameter number: 1: the next one.
    func interfere(beforeCommit number: Int, _ interference: @escaping Interference) {
        state.withLock { ($0.commitsLeft, $0.interference) = (number, interference) }
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        try await base.read { [self] transaction in
            let counted = CountedTransaction(transaction)
            defer { count(counted, isWrite: false) }
            return try body(counted)
        }
    }

    func write<Result: Sendable>(
        for purpose: WritePurpose, _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
    ) async throws -> Result {
        let interference = state.withLock { state -> Interference? in
            guard purpose == .freeing else { return nil }
            state.commitsLeft -= 1
            return state.commitsLeft == 0 ? state.interference : nil
        }
        if let interference { try await base.write(for: .freeing, interference) }
        return try await base.write(for: purpose) { [self] transaction in
            let counted = CountedTransaction(transaction)
            defer { count(counted, isWrite: true) }
            return try body(counted)
        }
    }

    private func count(_ counted: CountedTransaction, isWrite: Bool) {
        state.withLock { state in
            state.cost.statements += counted.statements
            state.cost.rows += counted.rows
            guard isWrite else { return }
            state.cost.commits += 1
            state.cost.largestWrite = max(state.cost.largestWrite, counted.rows)
        }
    }

    /// Counts as a read does.
    func survey<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        try await read(body)
    }

    func changes(of topics: Set<ChangeTopic>) -> AsyncStream<Void> { base.changes(of: topics) }
    func problems() async throws -> [String] { try await base.problems() }

    func backUp(chunkByteCount: Int, _ send: ([UInt8]) async throws -> Void) async throws {
        try await base.backUp(chunkByteCount: chunkByteCount, send)
    }
}

/// Counts on its way to a transaction. A view only, never kept.
private final class CountedTransaction: WriteTransaction {
    private let base: any ReadTransaction
    private(set) var statements = 0
    private(set) var rows = 0

    init(_ base: any ReadTransaction) {
        self.base = base
    }

    func rows<Element>(
        _ sql: String, _ arguments: [StoredValue], _ decode: (any StoredRow) throws -> Element
    ) throws -> [Element] {
        let found = try base.rows(sql, arguments, decode)
        statements += 1
        rows += found.count
        return found
    }

    func note(_ topic: ChangeTopic) {
        (base as? any WriteTransaction)?.note(topic)
    }

    func execute(_ sql: String, _ arguments: [StoredValue]) throws -> Int {
        guard let base = base as? any WriteTransaction else { throw StoreError.malformed("a read that writes") }
        let changed = try base.execute(sql, arguments)
        statements += 1
        rows += changed
        return changed
    }
}
