import ArgumentParser
import HoldpointClient

/// What `show` needs.
protocol Showable: Presentable {
    /// `server-snapshot`, as it stands on the command line.
    static var noun: String { get }

    /// - Parameter reference: an id, or a name that is unique in the project.
    static func get(
        _ reference: String, from client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> Self

    /// Of one that does not exist: the ids of what would be made with it.
    mutating func forgetParts()
}

extension Showable {
    mutating func forgetParts() {}
}

/// What `list` needs.
protocol Listable: Presentable {
    associatedtype Page: ListResponse where Page.Item == Self
    associatedtype Filters: ListFilters

    static var noun: String { get }
    /// In which they are listed unless asked for otherwise; empty: the oldest first.
    static var defaultOrder: String { get }

    static func page(
        _ request: Filters.Request, from client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> Page
}

extension Listable {
    static var defaultOrder: String { "" }
}

/// The options of one kind's `list`.
protocol ListFilters: ParsableArguments {
    associatedtype Request: ListRequest

    func apply(to request: inout Request)
}

/// For kinds that have none.
struct NoFilters<Request: ListRequest>: ListFilters {
    func apply(to request: inout Request) {}
}

/// What `update` and `delete` need.
protocol Changeable: HoldpointResource, Showable, Listable {
    associatedtype Update: ChangeRequest
    associatedtype Answer: ResourceAnswer where Answer.Resource == Self
    associatedtype Delete: ChangeRequest
    associatedtype DeleteExtras: DeleteOptions

    /// - Parameters:
    ///   - mask: which of the resource's fields are new.
    ///   - etag: refused if the resource moved; empty: whatever it is now.
    static func update(_ reference: String, to resource: Self, mask: FieldMask, etag: String) -> Update

    static func send(
        _ request: Update, to client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> Answer

    static func delete(
        _ reference: String, consent: Consent?, allowMissing: Bool, extras: DeleteExtras
    ) -> Delete

    static func send(
        _ request: Delete, to client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> DeleteAnswer

    /// How many one call deletes; 1 unless it says so.
    static var deletionsPerCall: Int { get }

    /// Deletes some in as few calls as that needs, with a result for each; one by one unless it says so.
    static func delete(
        _ ids: [String], _ consent: Consent?, _ deletion: Deletion<Self>, _ results: inout DeletionResults
    ) async
}

/// The options of one kind's `delete`.
protocol DeleteOptions: ParsableArguments {
    /// What they destroy beside the resource, a line each.
    var losses: [String] { get }
    /// What they mean for a plan.
    var plan: PlanScope { get }
}

/// For kinds that have none.
struct NoDeleteOptions: DeleteOptions {
    var losses: [String] { [] }
    var plan: PlanScope { PlanScope() }
}
