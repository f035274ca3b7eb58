import Model
import Store
import StoreSQLite
import Testing

/// Request ids are UUIDs: one, in upper and lower case, whoever kept them.
@Suite struct RequestCaseTests {
    private static let id = "6f9619ff-8b86-4011-b42d-00c04fc964ff"

    private static func request(_ id: String, target: String) -> RememberedRequest {
        RememberedRequest(
            key: RequestKey(
                principal: "admin", projectID: ProjectID(stored: "prj-a"), method: "m", requestID: id),
            fingerprint: "f", targetID: target, operationID: nil, warnings: [])
    }

    private func target(_ stored: [RememberedRequest]) async throws -> String? {
        let fixture = try StoreFixture()
        let store = try fixture.open(migrations: Schema.migrations)
        defer { store.close() }
        try await store.write { transaction in
            for request in stored { try transaction.remember(request, at: Timestamp(millisecondsSinceEpoch: 0)) }
        }
        return try await store.read { try $0.remembered(Self.request(Self.id, target: "").key)?.targetID }
    }

    /// Earlier releases kept what Apple's UUIDs look like.
    @Test func aRowOfAnEarlierReleaseIsFound() async throws {
        #expect(try await target([Self.request(Self.id.uppercased(), target: "old")]) == "old")
    }

    @Test func oneInLowerCaseComesFirst() async throws {
        let both = [Self.request(Self.id, target: "new"), Self.request(Self.id.uppercased(), target: "old")]
        #expect(try await target(both) == "new")
    }
}
