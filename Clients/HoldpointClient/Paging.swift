/// A request for one page of a list.
public protocol ListRequest: ProtobufMessage {
    /// At most this many; 0: the server's default.
    var pageSize: UInt32 { get set }
    var pageToken: String { get set }
    var filter: String { get set }
    var orderBy: String { get set }
}

/// One page of a list.
public protocol ListResponse: ProtobufMessage {
    associatedtype Item: ProtobufMessage

    var items: [Item] { get }
    /// Empty on the last page.
    var nextPageToken: String { get }
    /// Of the first page: watch from here to miss nothing.
    var revision: UInt64 { get }
}

extension ListServersRequest: ListRequest {}
extension ListVolumesRequest: ListRequest {}
extension ListSnapshotsRequest: ListRequest {}
extension ListServerSnapshotsRequest: ListRequest {}
extension ListOperationsRequest: ListRequest {}
extension ListSpaceRequest: ListRequest {}

extension ListServersResponse: ListResponse {
    public var items: [Server] { servers }
}

extension ListVolumesResponse: ListResponse {
    public var items: [Volume] { volumes }
}

extension ListSnapshotsResponse: ListResponse {
    public var items: [VolumeSnapshot] { snapshots }
}

extension ListServerSnapshotsResponse: ListResponse {
    public var items: [ServerSnapshot] { serverSnapshots }
}

extension ListOperationsResponse: ListResponse {
    public var items: [Operation] { operations }
}

extension ListSpaceResponse: ListResponse {
    public var items: [SpaceUse] { uses }
}

/// Several pages together.
public struct Listing<Item: ProtobufMessage>: Sendable {
    public let items: [Item]
    /// Whether the limit cut it.
    public let hasMore: Bool
    /// Of the first page: watch from here to miss nothing.
    public let revision: UInt64
}

extension HoldpointClient {
    /// The most that a server puts on one page.
    public static let largestPageSize = 1000
    /// Longest listing that is kept in memory, as serialized bytes; what is in memory is some five times as much.
    public static let largestListingByteCount = 128 << 20

    /// Asks for page after page, and keeps them all.
    ///
    ///     let volumes = try await client.listing(ListVolumesRequest(server: "web-1")) { request in
    ///         try await client.volumes.listVolumes(request)
    ///     }
    ///
    /// - Parameters:
    ///   - request: filter and order; its page size and token are set here.
    ///   - limit: stop after this many; nil: everything.
    ///   - page: gets one page.
    /// - Throws: what `page` throws; `INTERNAL` if the server's pages have no end; `RESOURCE_EXHAUSTED` if they are
    ///   longer than `largestListingByteCount`.
    public func listing<Request: ListRequest, Response: ListResponse>(
        _ request: Request, limit: Int? = nil, page: (Request) async throws(RPCError) -> Response
    ) async throws(RPCError) -> Listing<Response.Item> {
        var course = PageCourse<Request, Response>(request, limit: limit)
        var items: [Response.Item] = []
        var byteCount = 0
        while let request = course.next {
            let received = try course.received(try await page(request))
            for item in received { byteCount += (try? item.serialized().count) ?? 0 }
            guard byteCount <= Self.largestListingByteCount else { throw .listingTooLong }
            items += received
        }
        return Listing(items: items, hasMore: course.hasMore, revision: course.revision)
    }

    /// Asks for page after page, and hands each on: a list of any length costs the memory of one page.
    ///
    /// - Parameter receive: called at least once, with no items if there are none. Returns whether it wants more.
    /// - Returns: whether the limit cut the list.
    /// - Throws: what `page` and `receive` throw; `INTERNAL` if the server's pages have no end.
    public func pages<Request: ListRequest, Response: ListResponse>(
        _ request: Request, limit: Int? = nil, page: (Request) async throws(RPCError) -> Response,
        receive: ([Response.Item]) throws -> Bool
    ) async throws -> Bool {
        var course = PageCourse<Request, Response>(request, limit: limit)
        while let request = course.next {
            guard try receive(try course.received(try await page(request))) else { return false }
        }
        return course.hasMore
    }
}

extension RPCError {
    fileprivate static let listingTooLong = RPCError(
        .resourceExhausted,
        "the list is longer than \(HoldpointClient.largestListingByteCount >> 20) MiB: narrow it down with a filter")
}
