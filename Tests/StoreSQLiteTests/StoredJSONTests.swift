import Foundation
import GRDB
import Model
import Store
import StoreSQLite
import Testing

/// What another release stored as JSON, earlier or later, neither ends a list nor a watch.
@Suite struct StoredJSONTests {
    /// A change of what is stored, as SQL over the text of one value.
    struct Other: Sendable, CustomTestStringConvertible {
        let what: String
        /// Keeps what is inside the value's version.
        let path: String
        let value: String?
        var testDescription: String { what }

        func sql(_ column: String) -> String {
            let path = "'$.value.\(path)'"
            guard let value else { return "json_remove(\(column), \(path))" }
            return "json_set(\(column), \(path), json('\(value)'))"
        }
    }

    static let others = [
        Other(what: "a field that is not there yet", path: "writerWasKilled", value: nil),
        Other(what: "a field of a part that is not there yet", path: "header.labels", value: nil),
        Other(what: "a field that nobody knows", path: "encryption", value: #"{"cipher":"aes"}"#),
        Other(what: "a state that nobody knows", path: "state", value: #""MIGRATING""#),
        Other(what: "an optional part of another form", path: "placement", value: #"{"host":"a"}"#),
        Other(what: "a failure resolvable by nobody known", path: "header.failure", value: #"{"resolvableBy":"BOT"}"#),
        Other(what: "a number that is a text now", path: "size", value: #""8 GiB""#),
        Other(what: "no object at all", path: "header", value: "7"),
    ]

    @Test(arguments: others) func anEventIsReadAsFarAsItIsUnderstood(_ other: Other) async throws {
        let fixture = try StoreFixture()
        let (volume, store) = try await filled(fixture)
        defer { store.close() }
        try await store.write {
            _ = try $0.execute("UPDATE event SET resource = \(other.sql("resource")) WHERE kind = 'volume'", [])
        }
        let events = try await store.read {
            try $0.events(after: 0, project: Self.project.id, of: House.kinds, limit: 10)
        }
        guard let read = try #require(events.first).resource as? Volume else {
            Issue.record("the volume is left out")
            return
        }
        #expect(read.id == volume.id && read.topLayerID == volume.topLayerID)
        #expect(read.placement == nil && read.header.failure?.resolvableBy != .user)
    }

    @Test func anEventOfAnUnknownKindIsToldWithoutItsResource() async throws {
        let fixture = try StoreFixture()
        let (_, store) = try await filled(fixture)
        defer { store.close() }
        try await store.write { _ = try $0.execute("UPDATE event SET kind = 'bucket', action = 'thawed'", []) }
        let events = try await store.read {
            try $0.events(after: 0, project: Self.project.id, of: House.kinds, limit: 10)
        }
        let event = try #require(events.first)
        #expect(event.kind == "bucket" && event.action == "thawed" && event.resource == nil)
    }

    @Test func anOperationIsListedWhateverWasStoredWithIt() async throws {
        let fixture = try StoreFixture()
        let (_, store) = try await filled(fixture)
        defer { store.close() }
        var operation = Self.operation(steps: 1)
        operation.warnings = [Warning(reason: "A", message: "a"), Warning(reason: "B", message: "b")]
        let accepted = operation
        try await store.write { transaction in
            var accepted = accepted
            try transaction.insert(&accepted, by: Self.author, at: Self.time)
            try transaction.execute(
                """
                UPDATE operation SET problem = '{"version":2,"value":{"reason":"R","retries":3}}',
                    warnings = '[{"reason":"A"},7,{"reason":"B","message":"b","since":1}]'
                """, [])
        }
        let read = try #require(try await store.read { try $0.operation(accepted.id) })
        #expect(read.problem?.reason == "R" && read.problem?.message == "")
        #expect(read.warnings.map(\.reason).first == "A" && read.warnings.map(\.reason).last == "B")
    }

    /// What a step needs is not guessed at.
    @Test func anInputIsReadStrictly() throws {
        struct Input: Codable, Equatable {
            let volume: String
            let limit: Int?
        }
        let text = try StoredJSON.text(Input(volume: "v", limit: nil))
        #expect(text == #"{"value":{"volume":"v"},"version":1}"#)
        #expect(try StoredJSON.strictValue(Input.self, text) == Input(volume: "v", limit: nil))
        let before = #"{"volume":"v","unknown":1}"#
        #expect(try StoredJSON.strictValue(Input.self, before) == Input(volume: "v", limit: nil))
        #expect(throws: DecodingError.self) { try StoredJSON.strictValue(Input.self, #"{"limit":1}"#) }
    }

    /// Only the mark counts: other events of a project are changes like any other.
    @Test func onlyASkipIsASkip() async throws {
        let fixture = try StoreFixture()
        let (_, store) = try await filled(fixture)
        defer { store.close() }
        try await store.write { _ = try $0.execute("UPDATE event SET kind = 'project', resource = NULL", []) }
        #expect(try await store.read { try !$0.wereRevisionsSkipped(after: 0) })
        try await store.write {
            try $0.skipRevisions(1_000, project: Self.project.id, by: Self.author, at: Self.time)
        }
        let (before, at, last) = try await store.read {
            (try $0.wereRevisionsSkipped(after: 0), try $0.wereRevisionsSkipped(after: 1_001), try $0.lastSequence())
        }
        #expect(before && !at && last == 1_001)
    }

    // MARK: What is stored

    static let project = Project(id: ProjectID(stored: "prj-aaaaaaaaaaaa"), name: "default")
    static let author = ChangeAuthor(principal: "admin", source: "test")
    static let time = Timestamp(millisecondsSinceEpoch: 1_000)

    static func operation(steps: Int) -> Model.Operation {
        Model.Operation(
            id: OperationID(stored: "op-aaaaaaaaaaaa"), projectID: project.id, type: "TEST",
            steps: (0..<steps).map { Model.Operation.Step(name: "step-\($0)") }, targetIDs: ["vol-aaaaaaaaaaaa"],
            requestID: "", principal: "admin", input: String(repeating: "x", count: 100_000), warnings: [], at: time)
    }

    private func filled(_ fixture: StoreFixture) async throws -> (Volume, SQLiteStore) {
        let store = try fixture.open(migrations: Schema.migrations)
        let header = ResourceHeader(
            projectID: Self.project.id, attributes: ResourceAttributes(name: "data-1"), at: Self.time)
        let layer = LayerID(stored: "lay-aaaaaaaaaaaa")
        let volume = Volume(
            id: VolumeID(stored: "vol-aaaaaaaaaaaa"), header: header, state: .available,
            size: ByteCount(bytes: 1 << 20), topLayerID: layer)
        try await store.write { transaction in
            try transaction.insert(Self.project)
            try transaction.insert(
                LayerRecord(id: layer, parentID: nil, size: volume.size, depth: 0, state: .active))
            var volume = volume
            try transaction.insert(&volume, by: Self.author, at: Self.time)
        }
        return (volume, store)
    }
}
