import Foundation
import Store
import Synchronization

/// A store that writes down what is asked of it, in the order of its transactions, for Tests/PostgreSQL to ask again of
/// other databases. Only if HOLDPOINT_STATEMENTS names a folder.
final class RecordedStore: MetadataStore {
    private let base: any MetadataStore
    private let file: Mutex<FileHandle>

    /// The store itself if nobody wants to know.
    static func around(_ base: any MetadataStore) throws -> any MetadataStore {
        guard let folder = ProcessInfo.processInfo.environment["HOLDPOINT_STATEMENTS"] else { return base }
        return try RecordedStore(base, folder: folder)
    }

    private init(_ base: any MetadataStore, folder: String) throws {
        self.base = base
        let path = "\(folder)/\(UUID().uuidString).jsonl"
        try Data().write(to: URL(filePath: path))
        guard let file = FileHandle(forWritingAtPath: path) else { throw CocoaError(.fileNoSuchFile) }
        self.file = Mutex(file)
        try Self.writeSchema(to: folder)
    }

    private static func writeSchema(to folder: String) throws {
        let migrations = Schema.migrations.map(\.statements)
        try JSONEncoder().encode(migrations).write(to: URL(filePath: folder + "/migrations.json"), options: .atomic)
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        try await base.read { [self] in try recorded($0, body) }
    }

    func lookUp<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        try await base.lookUp { [self] in try recorded($0, body) }
    }

    func survey<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        try await base.survey { [self] in try recorded($0, body) }
    }

    func write<Result: Sendable>(
        for purpose: WritePurpose, _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
    ) async throws -> Result {
        try await base.write(for: purpose) { [self] transaction in
            let recorded = RecordedTransaction(transaction, transaction)
            do {
                let result = try body(recorded)
                write(recorded, isKept: true)
                return result
            } catch {
                write(recorded, isKept: false)
                throw error
            }
        }
    }

    private func recorded<Result>(
        _ transaction: any ReadTransaction, _ body: (any ReadTransaction) throws -> Result
    ) throws -> Result {
        let recorded = RecordedTransaction(transaction, nil)
        defer { write(recorded, isKept: false) }
        return try body(recorded)
    }

    private func write(_ transaction: RecordedTransaction, isKept: Bool) {
        let line = RecordedTransaction.Line(isKept: isKept, statements: transaction.statements)
        file.withLock { file in
            do {
                try file.write(contentsOf: try JSONEncoder().encode(line) + Data("\n".utf8))
            } catch {
                fatalError("statements are not recorded: \(error)")
            }
        }
    }

    func changes(of topics: Set<ChangeTopic>) -> AsyncStream<Void> { base.changes(of: topics) }
    func problems() async throws -> [String] { try await base.problems() }

    func backUp(chunkByteCount: Int, _ send: ([UInt8]) async throws -> Void) async throws {
        try await base.backUp(chunkByteCount: chunkByteCount, send)
    }
}

/// Writes down what it passes on. A view only, never kept.
private final class RecordedTransaction: WriteTransaction {
    struct Line: Encodable {
        /// False: what it changed was undone, or it changed nothing.
        let isKept: Bool
        let statements: [Statement]
    }

    struct Statement: Encodable {
        let sql: String
        let arguments: [Argument]
        let isQuery: Bool
    }

    struct Argument: Encodable {
        let value: StoredValue

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch value {
            case .null: try container.encodeNil()
            case .integer(let integer): try container.encode(integer)
            case .real(let real): try container.encode(real)
            case .text(let text): try container.encode(text)
            case .blob(let bytes): try container.encode(["base64": Data(bytes).base64EncodedString()])
            }
        }
    }

    private let view: any ReadTransaction
    private let writer: (any WriteTransaction)?
    private(set) var statements: [Statement] = []

    init(_ view: any ReadTransaction, _ writer: (any WriteTransaction)?) {
        self.view = view
        self.writer = writer
    }

    func rows<Element>(
        _ sql: String, _ arguments: [StoredValue], _ decode: (any StoredRow) throws -> Element
    ) throws -> [Element] {
        statements.append(Statement(sql: sql, arguments: arguments.map(Argument.init), isQuery: true))
        return try view.rows(sql, arguments, decode)
    }

    func execute(_ sql: String, _ arguments: [StoredValue]) throws -> Int {
        statements.append(Statement(sql: sql, arguments: arguments.map(Argument.init), isQuery: false))
        guard let writer else { throw StoreError.malformed("a change in a view") }
        return try writer.execute(sql, arguments)
    }

    func note(_ topic: ChangeTopic) { writer?.note(topic) }
}
