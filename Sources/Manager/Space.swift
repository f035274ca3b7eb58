internal import Engine
public import Model
internal import Store
internal import Synchronization

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
    /// is now. Further pages are of the same moment, if they are asked for soon.
    public func listSpace(_ query: ListQuery, _ call: Call) async throws -> SpacePage {
        let fields = try SpaceFields(
            filter: query.filter, orderBy: query.orderBy, milliseconds: RFC3339.milliseconds)
        let begin = try OffsetToken.offset(query.pageToken)
        let key = SpaceListing.Key(project: call.project, filter: query.filter, order: query.orderBy)
        // It reads everything: one at a time.
        let listing = try await spaceLists.places.take {
            try Task.checkCancellation()
            if begin > 0, let kept = spaceLists.kept(key) { return kept }
            let listing = try await spaceListing(fields, key, call)
            spaceLists.keep(listing)
            return listing
        }
        let page = Array(listing.uses.dropFirst(begin).prefix(query.pageSize))
        return SpacePage(
            uses: page, nextPageToken: OffsetToken.text(begin + page.count, of: listing.uses.count),
            layers: listing.layers, capacity: try await engine.capacity(), revision: listing.revision)
    }

    private func spaceListing(
        _ fields: SpaceFields, _ key: SpaceListing.Key, _ call: Call
    ) async throws -> SpaceListing {
        let (rows, project, revision) = try await read(call, .everything) { transaction, project in
            (try transaction.spaceRows(), project, try transaction.lastSequence())
        }
        var account = rows.account(try await engine.usage(of: rows.layers.map(\.id)))
        return SpaceListing(
            key: key, uses: fields.apply(to: rows.uses(in: project, &account)), layers: account.total,
            revision: revision)
    }
}

/// A whole list of what takes space.
struct SpaceListing: Sendable {
    struct Key: Hashable, Sendable {
        let project: String
        let filter: String
        let order: String
    }

    let key: Key
    let uses: [SpaceUse]
    let layers: ByteCount
    let revision: Int64
    let time = ContinuousClock.now
}

/// The last list, for its further pages: making it anew for each would cost the square. One is kept, in memory.
final class SpaceLists: Sendable {
    private static let validity = Duration.seconds(10)

    let places = Places(1)
    private let last = Mutex<SpaceListing?>(nil)

    /// - Returns: nil: it is another one, or too old.
    func kept(_ key: SpaceListing.Key) -> SpaceListing? {
        last.withLock { last in
            guard let listing = last, listing.time + Self.validity > .now else {
                last = nil
                return nil
            }
            return listing.key == key ? listing : nil
        }
    }

    func keep(_ listing: SpaceListing) {
        last.withLock { $0 = listing }
    }
}

/// Where a list goes on that has no order of its own in the store.
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
