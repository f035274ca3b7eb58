import GRDB
import Model
import Testing

@testable import Store
@testable import StoreSQLite

/// How SQLite finds what lists, starts and every minute ask for: by an index, in its order, at a cost that does not
/// grow with the number of rows. Its own plans and counts of steps are looked at, no clock.
@Suite struct QueryPlanTests {
    private static let place = ListPlace(ManyRows.project)

    /// Every order and filter of every kind, with whether it finds few rows, which may be sorted.
    private static func queries<Element: Listed>(_: Element.Type) -> [(query: ListQuery, isNarrow: Bool)] {
        let fields = Element.listFields
        let conditions =
            [("", false)] + (fields.hasLabels ? [("labels.color = red", false)] : [])
            + fields.fields.flatMap { name, field in
                Filter.Operator.allCases.filter { field.form == .text || $0 != .contains }.map { comparison in
                    let value = field.form == .time ? "2026-01-01T00:00:00Z" : field.values?.first ?? "1"
                    return (
                        "\(name) \(comparison.rawValue) \(value)", field.narrowColumn != nil && comparison == .equal
                    )
                }
            }
        return fields.orders.keys.flatMap { order in
            conditions.flatMap { condition, isNarrow in
                [order, "\(order) desc"].map { (ListQuery(filter: condition, orderBy: $0), isNarrow) }
            }
        }
    }

    private func statements<Element: Listed>(
        _: Element.Type, _ query: ListQuery, _ scope: [ListScope], _ transaction: any ReadTransaction
    ) throws -> [RunStatement] {
        let recording = RecordingTransaction(transaction)
        let place = ListPlace(ManyRows.project, scope: scope)
        var query = query
        query.pageSize = 3
        let first = try ListTurn<Element>(query, in: place, recording)
        query.pageToken = first.page.nextPageToken
        // A place in the middle, if the first page has found nothing.
        if query.pageToken.isEmpty {
            let plan = try ListPlan(Element.self, query, in: place, from: "")
            let values = plan.order.columns.map { $0.isText ? StoredValue.text("m") : .integer(7) }
            query.pageToken = try plan.token(at: values, revision: 1)
        }
        _ = try ListTurn<Element>(query, in: place, recording)
        return recording.statements
    }

    private func check(_ statement: RunStatement, isNarrow: Bool, _ connection: Database) throws {
        for line in try statement.plan(connection) where !line.contains("json_each") {
            // Whole indexes of the few rows that are in a state, and what was found as far as a limit.
            let isOfFew =
                line.contains("USING INDEX operation_open") || line.contains("_unwell") || line.contains("SCAN found")
            #expect(!line.hasPrefix("SCAN") || isOfFew, "\(line): \(statement)")
            if !isNarrow { #expect(!line.contains("TEMP B-TREE"), "\(line): \(statement)") }
        }
    }

    private func checkLists<Element: Listed>(_ kind: Element.Type, _ many: ManyRows) async throws {
        try await many.store.read { transaction in
            try DatabaseQueue(path: many.fixture.path).read { connection in
                for (query, isNarrow) in Self.queries(kind) {
                    for statement in try statements(kind, query, [], transaction) {
                        try check(statement, isNarrow: isNarrow, connection)
                    }
                }
            }
        }
    }

    @Test func everyListWalksAnIndexInItsOrder() async throws {
        let many = try await ManyRows(volumeCount: 50)
        defer { many.close() }
        try await checkLists(Server.self, many)
        try await checkLists(Volume.self, many)
        try await checkLists(VolumeSnapshot.self, many)
        try await checkLists(ServerSnapshot.self, many)
        try await checkLists(Model.Operation.self, many)
    }

    @Test func listsOfOneResourcesOwnAreFoundByIt() async throws {
        let many = try await ManyRows(volumeCount: 50)
        defer { many.close() }
        let server = ServerID(stored: "srv-000000000001"), volume = VolumeID(stored: "vol-000000000001")
        try await many.store.read { transaction in
            try DatabaseQueue(path: many.fixture.path).read { connection in
                // A server has few volumes; of snapshots there may be thousands.
                let volumes = try statements(Volume.self, ListQuery(), [.server(server)], transaction)
                let snapshots =
                    try statements(VolumeSnapshot.self, ListQuery(), [.volume(volume)], transaction)
                    + statements(ServerSnapshot.self, ListQuery(), [.server(server)], transaction)
                for statement in volumes { try check(statement, isNarrow: true, connection) }
                for statement in snapshots { try check(statement, isNarrow: false, connection) }
            }
        }
    }

    /// What is asked at a start, in every minute, and of one resource.
    private func upkeep(_ transaction: RecordingTransaction) throws {
        _ = try transaction.openOperations()
        _ = try transaction.openOperationCounts()
        _ = try transaction.counts()
        _ = try transaction.unwell(limit: 100) as [Volume]
        _ = try transaction.unwell(limit: 100) as [VolumeSnapshot]
        _ = try transaction.unendedOperations(limit: 100)
        _ = try transaction.lastSequence()
        _ = try transaction.deadLayers(after: LayerID(stored: "lay-000000000003"), lookingAt: 16)
        _ = try transaction.deadLayers(among: [LayerID(stored: "lay-000000000003")])
        _ = try transaction.unstampedLayers(after: nil, limit: 16)
        _ = try transaction.events(after: 10, project: ManyRows.project, of: House.kinds, limit: 16)
        _ = try transaction.get(VolumeID(stored: "vol-000000000001")) as Volume?
        _ = try transaction.named("name-3-none", in: ManyRows.project) as [VolumeSnapshot]
        _ = try transaction.members(of: ServerSnapshotID(stored: "ssnap-000000000001"))
        _ = try transaction.held(by: OperationID(stored: "op-000000000001"), of: House.kinds)
        try transaction.forgetRequests(beforeAge: 0)
        try transaction.compactEvents(beforeAge: 0, keepingNewest: 0)
    }

    /// What a deletion's rules look at, which grows with what hangs on the resource and with nothing else.
    private func deletion(_ transaction: RecordingTransaction) throws {
        for (kind, id) in [(ResourceKind.volume, "vol-000000000001"), (.snapshot, "vsnap-000000000001")] {
            let target = ResourceKey(kind: kind, id: id)
            let graph = try transaction.deletionGraph(for: target, of: House.kinds)
            _ = try transaction.hangingCount(on: target, DeletionScope(), of: House.kinds, atMost: 10)
            _ = try transaction.confirmed(graph, since: 10, of: House.kinds, limit: 10)
        }
    }

    @Test func upkeepFindsItsRowsByIndexes() async throws {
        let many = try await ManyRows(volumeCount: 50)
        defer { many.close() }
        try await many.store.read { transaction in
            let recording = RecordingTransaction(transaction)
            try upkeep(recording)
            try deletion(recording)
            try DatabaseQueue(path: many.fixture.path).read { connection in
                // The counts' own table has a row a kind.
                for statement in recording.statements where !statement.sql.contains("row_count") {
                    try check(statement, isNarrow: true, connection)
                }
            }
        }
    }

    /// - Returns: steps by statement, summed up, of what is asked of a store with so many volumes.
    private func steps(_ volumeCount: Int) async throws -> [String: Int] {
        let many = try await ManyRows(volumeCount: volumeCount)
        defer { many.close() }
        let queries = [
            ListQuery(), ListQuery(filter: "labels.color = red"), ListQuery(orderBy: "name desc"),
            ListQuery(filter: "name = name-3", orderBy: "name"), ListQuery(filter: "state != AVAILABLE"),
            ListQuery(filter: "volume_id = vol-000000000007"),
            ListQuery(filter: "create_time > 1970-01-01T00:00:00Z"),
        ]
        return try await many.store.read { transaction in
            let recording = RecordingTransaction(transaction)
            try upkeep(recording)
            let lists = try queries.flatMap { try statements(VolumeSnapshot.self, $0, [], transaction) }
            return try DatabaseQueue(path: many.fixture.path).inDatabase { connection in
                var steps: [String: Int] = [:]
                try connection.inTransaction {
                    for statement in recording.statements + lists {
                        steps[statement.sql, default: 0] += try statement.stepCount(connection)
                    }
                    return .rollback
                }
                return steps
            }
        }
    }

    /// Both are larger than what a turn of a list looks at.
    @Test func tenTimesTheRowsCostNoMoreSteps() async throws {
        let (few, many) = (try await steps(1_000), try await steps(10_000))
        #expect(few.count == many.count)
        for (sql, count) in few {
            #expect(many[sql, default: .max] <= count + count / 5 + 100, "\(count) and \(many[sql] ?? -1): \(sql)")
        }
    }

    /// The pages far behind cost what the second one costs, whatever a filter lets through; the first one, which has no
    /// place to begin at, and the last may cost less.
    @Test(arguments: ["", "labels.color = red", "name = name-3", "name : 3", "state != AVAILABLE"])
    func everyPageCostsTheSame(filter: String) async throws {
        let many = try await ManyRows(volumeCount: 5_000)
        defer { many.close() }
        let costs = try await many.store.read { transaction in
            try DatabaseQueue(path: many.fixture.path).read { connection in
                var (costs, token): ([Int], String?) = ([], "")
                while let pageToken = token, costs.count < 200 {
                    let recording = RecordingTransaction(transaction)
                    let query = ListQuery(pageSize: 10, pageToken: pageToken, filter: filter)
                    let turn = try ListTurn<VolumeSnapshot>(query, in: Self.place, recording)
                    costs.append(try recording.statements.reduce(0) { try $0 + $1.stepCount(connection) })
                    token = turn.page.nextPageToken.isEmpty ? nil : turn.page.nextPageToken
                }
                return costs
            }
        }
        let (least, most) = (try #require(costs.dropFirst().dropLast().min()), try #require(costs.max()))
        #expect(most <= least + least / 4, "\(costs.count) pages of \(least) to \(most) steps")
        #expect(costs.count > 10)
    }
}
