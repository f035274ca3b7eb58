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

    /// Asks for page after page.
    ///
    ///     let volumes = try await client.listing(ListVolumesRequest(server: "web-1")) { request in
    ///         try await client.volumes.listVolumes(request)
    ///     }
    ///
    /// - Parameters:
    ///   - request: filter and order; its page size and token are set here.
    ///   - limit: stop after this many; nil: everything.
    ///   - page: gets one page.
    /// - Throws: what `page` throws; `INTERNAL` if the server answers one page for ever.
    public func listing<Request: ListRequest, Response: ListResponse>(
        _ request: Request, limit: Int? = nil, page: (Request) async throws(RPCError) -> Response
    ) async throws(RPCError) -> Listing<Response.Item> {
        var request = request
        var items: [Response.Item] = []
        var revision: UInt64?
        repeat {
            request.pageSize = UInt32(min(limit.map { $0 - items.count } ?? .max, HoldpointClient.largestPageSize))
            let response = try await page(request)
            items += response.items
            revision = revision ?? response.revision
            guard response.nextPageToken.isEmpty || response.nextPageToken != request.pageToken else {
                throw RPCError(.internal, "the server answers the same page again and again")
            }
            request.pageToken = response.nextPageToken
        } while !request.pageToken.isEmpty && items.count < limit ?? .max
        return Listing(items: items, hasMore: !request.pageToken.isEmpty, revision: revision ?? 0)
    }
}
