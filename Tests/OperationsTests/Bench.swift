import Foundation
import Logging
import Model
import Operations
import Store
import StoreSQLite
import Synchronization
import Testing

/// Not Foundation's.
typealias Operation = Model.Operation

/// A real store in a folder of its own, a fake world, and operations of steps a, b, c … that act on it.
final class Bench: Sendable {
    static let type = "TEST"

    let store: SQLiteStore
    let world = FakeWorld()
    let failures: FailureBudget
    let pauses = Mutex<[Duration]>([])
    private let folder: String
    private let project = Project(id: ProjectID(stored: "prj-aaaaaaaaaaaa"), name: "default")

    init(failures: [String: Int] = [:]) async throws {
        folder = NSTemporaryDirectory() + "holdpoint-operations-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        store = try SQLiteStore(
            path: folder + "/metadata.sqlite", reserveBytes: 0, logger: Bench.silence, onUnusable: { _ in })
        self.failures = FailureBudget(failures)
        try await store.write { [project] in try $0.insert(project) }
    }

    deinit {
        store.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    static let silence = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    static let always = 1_000_000
    static let time = Timestamp(millisecondsSinceEpoch: 1_000)
    static let author = ChangeAuthor(principal: "tester", source: "test")

    /// Accepts an operation of these steps.
    func accept(_ names: [String] = ["a", "b", "c"], type: String = Bench.type) async throws -> OperationID {
        var generator = SystemRandomNumberGenerator()
        let operation = Operation(
            id: OperationID(random: &generator), projectID: project.id, type: type,
            steps: names.map { Operation.Step(name: $0) }, targetIDs: [], requestID: "", principal: "tester",
            input: "{}", warnings: [], at: Bench.time)
        try await store.write { transaction in
            var accepted = operation
            try transaction.insert(&accepted, by: Bench.author, at: Bench.time)
        }
        return operation.id
    }

    /// A step that makes an effect and can take it back, and fails as the bench was told.
    func step(_ name: String) -> StepDefinition {
        StepDefinition(
            name: name,
            run: { [world, failures] _ in
                world.make(name)
                try failures.spend(name)
            },
            undo: { [world, failures] _ in
                try failures.spend("undo \(name)")
                world.remove(name)
            })
    }

    /// Steps as above; endings leave a row each that can be written only once an operation.
    func definition(_ steps: [StepDefinition]) -> OperationDefinition {
        OperationDefinition(
            steps: steps, complete: Bench.ending("completed"), rollback: Bench.ending("rolled back"),
            markStuck: { transaction, operation, _ in
                try transaction.execute("DELETE FROM project WHERE name LIKE 'stuck%'", [])
                try Bench.leave("stuck", transaction, operation)
            })
    }

    static func ending(_ word: String) -> OperationDefinition.Ending {
        { transaction, operation, _ in try leave(word, transaction, operation) }
    }

    private static func leave(_ word: String, _ transaction: any WriteTransaction, _ operation: Operation) throws {
        var generator = SystemRandomNumberGenerator()
        try transaction.insert(Project(id: ProjectID(random: &generator), name: "\(word) \(operation.id)"))
    }

    /// The words that endings left.
    func endings() async throws -> [String] {
        try await store.read { transaction in
            try transaction.rows("SELECT name FROM project WHERE name <> 'default' ORDER BY rowid", []) {
                try $0.text(0)
            }
        }.map { String($0.split(separator: " op-")[0]) }
    }

    /// A runner whose pauses take no time and are noted.
    func runner(
        _ steps: [StepDefinition]? = nil, on store: (any MetadataStore)? = nil, definition: OperationDefinition? = nil,
        _ configure: (inout OperationRunner.Configuration) -> Void = { _ in }
    ) -> OperationRunner {
        var configuration = OperationRunner.Configuration()
        configuration.sleep = { [weak self] pause in self?.pauses.withLock { $0.append(pause) } }
        configure(&configuration)
        let definition = definition ?? self.definition(steps ?? ["a", "b", "c"].map(step))
        return OperationRunner(
            store: store ?? self.store, catalog: [Bench.type: { _ in definition }], configuration: configuration,
            logger: Bench.silence, now: { Bench.time },
            explain: { Operation.Problem(reason: "TEST_FAILURE", message: "\($0)", step: $1) })
    }

    /// Runs an operation with a fresh runner until nothing runs any more.
    func finish(_ id: OperationID, with runner: OperationRunner) async throws -> Operation {
        runner.start(id)
        await runner.waitUntilIdle()
        return try await operation(id)
    }

    func operation(_ id: OperationID) async throws -> Operation {
        try #require(try await store.read { try $0.operation(id) })
    }

    /// What the log of events says of the operation, without repetitions.
    func states(_ id: OperationID) async throws -> [Operation.State] {
        let events = try await store.read { [project] in
            try $0.events(after: 0, project: project.id, of: StoredKinds([]), limit: 1000)
        }
        return events.compactMap { event in
            guard let operation = event.resource as? Operation, operation.id == id else { return nil }
            return operation.state
        }
    }
}

/// Waits for a condition that another task brings about.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("never: \(what)")
            throw StepFailure(step: what)
        }
        try await Task.sleep(for: .milliseconds(2))
    }
}
