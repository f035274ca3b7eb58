/// Where everything that must last is kept.
///
/// Tables, queries and migrations are in this module, in SQL that two databases take, with positional `?` arguments:
/// SQLite as it stands, PostgreSQL after the few replacements of `Tests/PostgreSQL/dialect.py` (64-bit integers, strict
/// tables, triggers, `json_each`, `json_valid`, `instr`), which a driver says once. Every statement of the scenarios is
/// asked of both there. Text is compared by its bytes: page tokens rest on it.
public protocol MetadataStore: Sendable {
    /// Reads one consistent state of the store, beside any writer.
    ///
    /// - Throws: what `body` throws; `StoreError`.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result

    /// Reads a handful of rows that an index leads to. The same as `read`, but it may run on the thread that asks, even
    /// an event loop: it must do nothing that grows with what is stored.
    func lookUp<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result

    /// Changes the store: all of `body` or nothing, durable when the call returns.
    ///
    /// `body` runs on the store's one writer thread, may run more than once, and does nothing but read and write rows:
    /// no engine call, no clock, no randomness. If it throws, nothing was written, and the error is thrown on only
    /// after everything that it may have seen is durable. Cancelling the caller's task changes nothing.
    /// - Parameter purpose: whether it may use the room that is kept for what frees room.
    /// - Throws: what `body` throws; `StoreError.storageFull` when there is no room (nothing was written).
    @discardableResult
    func write<Result: Sendable>(
        for purpose: WritePurpose, _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
    ) async throws -> Result

    /// What the store's own check finds wrong, rows that refer to nothing included; empty: it is sound. Reads
    /// everything, beside any writer.
    func problems() async throws -> [String]

    /// As `read`, for what reads so much that it would hold up others: one after the other, beside the reads.
    ///
    /// As long as it lasts the store's log cannot begin anew, and grows by what is written.
    func survey<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result

    /// Hands out a consistent copy of everything, in order, as what the driver can be started from again. Readers and
    /// writers go on meanwhile. Nothing of it is left when the call returns.
    ///
    /// - Parameters:
    ///   - chunkByteCount: the largest part that `send` gets.
    ///   - send: takes one part; throwing ends the backup.
    /// - Throws: what `send` throws; `StoreError`, `.storageFull` if there is no room for the copy.
    func backUp(chunkByteCount: Int, _ send: ([UInt8]) async throws -> Void) async throws

    /// A new stream that yields after every durable change of one of these (coalesced: one element may stand for many
    /// changes). Who reads after it was made, and waits for an element before reading again, misses nothing.
    func changes(of topics: Set<ChangeTopic>) -> AsyncStream<Void>
}

/// What a change is made for, which decides what becomes of it when the file system has hardly any room left.
///
/// Decided here (2026-11): who writes first must not get the last room. Clients fill the same file system through their
/// volumes; a description that is changed at that moment must not use up what a deletion needs.
public enum WritePurpose: Sendable, Hashable {
    /// Refused with `StoreError.storageFull` as soon as room is short; what changes nothing passes.
    case ordinary
    /// Frees room, or brings to its end what was accepted: may use the room that the store keeps.
    case freeing
}

extension MetadataStore {
    /// For a driver that has no faster way.
    public func lookUp<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        try await read(body)
    }

    /// An ordinary change.
    @discardableResult
    public func write<Result: Sendable>(
        _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
    ) async throws -> Result {
        try await write(for: .ordinary, body)
    }
}

/// A consistent view. Valid only inside the closure that got it.
public protocol ReadTransaction {
    /// Runs a query and decodes each row.
    func rows<Element>(
        _ sql: String, _ arguments: [StoredValue], _ decode: (any StoredRow) throws -> Element
    ) throws -> [Element]
}

/// A view that can change things. Valid only inside the closure that got it.
public protocol WriteTransaction: ReadTransaction {
    /// - Returns: the number of rows that it changed.
    @discardableResult
    func execute(_ sql: String, _ arguments: [StoredValue]) throws -> Int

    /// Has those woken who wait for this, once the transaction is durable; never if it is not.
    func note(_ topic: ChangeTopic)
}

/// What a driver can fail with.
public enum StoreError: Error, Sendable, Hashable {
    /// No room; nothing was written. What frees room may still pass.
    case storageFull
    /// A constraint of the schema refused a change: a defect in the caller.
    case constraint(String)
    /// A row does not have the form that the schema promises, or a statement is wrong: a defect of this program.
    case malformed(String)
    /// The store cannot be read or written; the process should end (reliability: a failed commit may have happened).
    case unusable(String)
}

extension StoreError: CustomStringConvertible {
    /// For operators and the log.
    public var description: String {
        switch self {
        case .storageFull: "no room is left"
        case .constraint(let what): "a rule of the schema was broken: \(what)"
        case .malformed(let what): "a row or a statement is malformed: \(what)"
        case .unusable(let why): why
        }
    }
}
