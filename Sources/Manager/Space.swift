public import Model
internal import Store

/// A part of what takes space.
public struct SpacePage: Sendable {
    public var uses: [SpaceUse]
    public var nextPageToken: String
    /// What all layers take.
    public var layers: ByteCount
    public var capacity: StorageCapacity
    public var revision: Int64
}

extension ResourceManager {
    /// What takes space in the caller's project, and what deleting each of it would free: all of it in one pass, as it
    /// is now. Pages are made anew: what changes between two of them may be told twice or not at all.
    public func listSpace(_ query: ListQuery, _ call: Call) async throws -> SpacePage {
        let fields = try SpaceFields(
            filter: query.filter, orderBy: query.orderBy, milliseconds: RFC3339.milliseconds)
        let begin = try OffsetToken.offset(query.pageToken)
        let (rows, project, revision) = try await store.survey { transaction in
            (try transaction.spaceRows(), try transaction.project(of: call).id, try transaction.lastSequence())
        }
        var account = rows.account(try await engine.usage(of: rows.layers.map(\.id)))
        let uses = fields.apply(to: rows.uses(in: project, &account))
        let page = Array(uses.dropFirst(begin).prefix(query.pageSize))
        return SpacePage(
            uses: page, nextPageToken: OffsetToken.text(begin + page.count, of: uses.count), layers: account.total,
            capacity: try await engine.capacity(), revision: revision)
    }
}

/// Where a list goes on that is made anew for every page.
enum OffsetToken {
    /// - Throws: `INVALID_ARGUMENT` for what was never given out.
    static func offset(_ text: String) throws(Refusal) -> Int {
        guard !text.isEmpty else { return 0 }
        guard let offset = Int(text), offset > 0 else {
            throw .invalid(field: "page_token", "\"\(text)\" is no page token of this list")
        }
        return offset
    }

    /// Empty on the last page.
    static func text(_ offset: Int, of count: Int) -> String { offset < count ? "\(offset)" : "" }
}
