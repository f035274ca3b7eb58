import Model
import Testing

@testable import Store
@testable import StoreSQLite

/// Lists of more rows than a turn looks at.
@Suite struct ListTests {
    private func all(_ query: ListQuery, _ many: ManyRows) async throws -> (ids: [String], pages: Int) {
        var (query, ids, pages): (ListQuery, [String], Int) = (query, [], 0)
        repeat {
            let page = try await many.store.list(VolumeSnapshot.self, query) { _ in ListPlace(ManyRows.project) }
            // Only the last one is short.
            if !page.nextPageToken.isEmpty { #expect(page.elements.count == query.pageSize) }
            ids += page.elements.map(\.id.rawValue)
            query.pageToken = page.nextPageToken
            pages += 1
        } while !query.pageToken.isEmpty
        return (ids, pages)
    }

    /// Each row once, in its order, whatever turns it takes.
    @Test func pagesAreFullAndHoldEverythingOnce() async throws {
        let many = try await ManyRows(volumeCount: 1_500)
        defer { many.close() }
        let rows = try await many.store.read { try $0.allRows() }.snapshots
        func ids(_ order: (VolumeSnapshot, VolumeSnapshot) -> Bool, _ fits: (VolumeSnapshot) -> Bool) -> [String] {
            rows.filter(fits).sorted(by: order).map(\.id.rawValue)
        }
        func time(_ row: VolumeSnapshot) -> Int64 { row.header.createTime.millisecondsSinceEpoch }
        func byTime(_ one: VolumeSnapshot, _ two: VolumeSnapshot) -> Bool {
            (time(one), one.id.rawValue) < (time(two), two.id.rawValue)
        }
        func byName(_ one: VolumeSnapshot, _ two: VolumeSnapshot) -> Bool {
            one.header.name == two.header.name ? byTime(one, two) : one.header.name < two.header.name
        }
        let lists: [(ListQuery, [String])] = [
            (ListQuery(pageSize: 1_000), ids(byTime) { _ in true }),
            (ListQuery(pageSize: 700, orderBy: "name"), ids(byName) { _ in true }),
            (ListQuery(pageSize: 700, orderBy: "name desc"), ids({ byName($1, $0) }) { _ in true }),
            (
                ListQuery(pageSize: 30, filter: "name = name-7", orderBy: "name desc"),
                ids({ byTime($1, $0) }) { $0.header.name == "name-7" }
            ),
            (
                ListQuery(pageSize: 100, filter: "volume_id > vol-000000001490"),
                ids(byTime) { $0.volumeID.rawValue > "vol-000000001490" }
            ),
            (
                ListQuery(pageSize: 100, filter: "server_snapshot_id : 00144"),
                ids(byTime) { $0.serverSnapshotID?.rawValue.contains("00144") ?? false }
            ),
            (
                ListQuery(
                    pageSize: 1_000, filter: "create_time >= 1970-01-01T00:00:00.400Z", orderBy: "create_time desc"),
                ids({ byTime($1, $0) }) { time($0) >= 400 }
            ),
            (
                ListQuery(pageSize: 1_000, filter: "create_time >= 1970-01-01T00:00:00.400Z"),
                ids(byTime) { time($0) >= 400 }
            ),
            (ListQuery(pageSize: 10, filter: "state = ERROR"), []),
            (
                ListQuery(pageSize: 10, filter: "volume_id = vol-000000000007"),
                ids(byTime) { $0.volumeID.rawValue == "vol-000000000007" }
            ),
        ]
        for (query, expected) in lists {
            let found = try await all(query, many)
            #expect(found.ids == expected, "\(query)")
            #expect(found.pages == max(1, (expected.count + query.pageSize - 1) / query.pageSize), "\(query)")
        }
    }

    /// Members and attachments of a page's rows are read by their owners, not by luck.
    @Test func aPageIsCompletedAsASet() async throws {
        let many = try await ManyRows(volumeCount: 40)
        defer { many.close() }
        try await many.store.read { transaction in
            let recording = RecordingTransaction(transaction)
            let servers = try ListTurn<Server>(ListQuery(), in: ListPlace(ManyRows.project), recording).page.elements
            let attached = servers.map { $0.attachments.map(\.volumeID.rawValue) }
            #expect(attached.count == 40 && attached[2] == (8..<12).map { "vol-0000000000\($0 < 10 ? "0" : "")\($0)" })
            #expect(attached[30].isEmpty)
            let cuts = try ListTurn<ServerSnapshot>(ListQuery(), in: ListPlace(ManyRows.project), recording).page
            #expect(cuts.elements.allSatisfy { $0.members.count == 1 })
            #expect(cuts.elements[3].members.map(\.snapshotID.rawValue) == ["snap-000000000030"])
            // The revision, the rows, and what completes them.
            #expect(recording.statements.count == 6)
        }
    }
}
