internal import Engine
internal import Model
internal import Store

/// New values for what a user may change of any resource; nil: as it is.
public struct AttributeUpdate: Sendable, Hashable {
    public var name: String?
    public var description: String?
    public var labels: [String: String]?
    public var deletionProtection: Bool?

    public init() {}

    func checked(field: String) throws(Refusal) {
        if let name { _ = try ResourceName.checked(name, field: "\(field).name") }
        if let description { try ResourceAttributes.checkDescription(description, field: "\(field).description") }
        if let labels { try ResourceAttributes.checkLabels(labels, field: "\(field).labels") }
    }
}

extension ResourceManager {
    /// New data is refused when less than this part of the storage is free; deletions go on.
    static let reservedPercent: Int64 = 5

    /// Looks whether there is room for new data; outside any transaction, because it asks the engine.
    ///
    /// - Returns: the refusal for want of room, to be thrown after a repeated request had its answer; nil: there is
    ///   room.
    func shortage() async throws -> Refusal? {
        let capacity = try await engine.capacity()
        let reserved = capacity.total.bytes / 100 * Self.reservedPercent
        guard capacity.free.bytes < reserved else { return nil }
        return Refusal(
            .storageFull,
            "only \(capacity.free) of \(capacity.total) are free; "
                + "new volumes and snapshots need \(Self.reservedPercent)% free: "
                + "delete snapshots or volumes, or add storage")
    }

    func get<Target: StoredResource>(_ reference: String, field: String, _ call: Call) async throws -> Target {
        try await read(call, .fewRows) { try $0.resolve(reference, in: $1, field: field) }
    }

    func update<Target: StoredKind>(
        _ reference: String, field: String, _ update: AttributeUpdate, etag: String, _ mutation: Mutation
    ) async throws -> MutationAnswer<Target> {
        try await mutate(mutation) { transaction, context in
            try transaction.apply(update, to: reference, field: field, etag: etag, &context)
        }
    }
}

extension WriteTransaction {
    func apply<Target: StoredKind>(
        _ update: AttributeUpdate, to reference: String, field: String, etag: String,
        _ context: inout ChangeContext
    ) throws -> Change<Target> {
        try update.checked(field: field)
        var resource: Target = try resolve(reference, in: context.projectID, field: "\(field)_id")
        try resource.requireEtag(etag)
        if Target.kind == .snapshot, update.name != nil, (resource as? VolumeSnapshot)?.serverSnapshotID != nil {
            throw Refusal.invalid(
                .invalidName, field: "\(field).name",
                "a member's name follows its server snapshot's: rename that one")
        }
        try resource.requireIdle()
        if let name = update.name, name != resource.header.name {
            try requireFreeName(name, in: context.projectID, Target.self)
            resource.header.name = name
        }
        if let description = update.description { resource.header.description = description }
        if let labels = update.labels { resource.header.labels = labels }
        if let protection = update.deletionProtection { resource.header.deletionProtection = protection }
        try self.update(&resource, by: context.author, at: context.now)
        return Change(target: resource)
    }

    /// Accepts an operation on a resource that is new, or loaded and changed: writes both, each naming the other.
    ///
    /// - Parameters:
    ///   - server: another resource that is busy with it.
    ///   - others: ids of further targets.
    func begin<Target: StoredKind>(
        _ saga: some Saga, on resource: Target, holding server: ServerID? = nil, alsoAbout others: [String] = [],
        warnings: [Warning] = [], _ context: inout ChangeContext
    ) throws -> Change<Target> {
        var resource = resource
        let isNew = resource.header.revision == 0
        if isNew { try requireFreeName(resource.header.name, in: context.projectID, Target.self) }
        let operation = try context.accept(saga, targets: [resource.id.rawValue] + others, warnings: warnings, in: self)
        resource.header.operationID = operation.id
        if isNew {
            try insert(&resource, by: context.author(operation), at: context.now)
        } else {
            try update(&resource, by: context.author(operation), at: context.now)
        }
        if let server, let held: Server = try get(server) { try hold(held, operation, &context) }
        return Change(target: resource, operation: operation, warnings: warnings)
    }

    /// Accepts an operation on a server that also makes volumes busy, in the state that they have.
    func begin(
        _ saga: some Saga, on server: Server, with volumes: [Volume], _ context: inout ChangeContext
    ) throws -> Change<Server> {
        let change = try begin(saga, on: server, &context)
        for volume in volumes { try hold(volume, change.operation, &context) }
        return change
    }

    /// Inserts a resource that an operation on another one makes.
    func insert<Target: StoredResource>(
        _ resource: Target, heldBy operation: Operation?, _ context: inout ChangeContext
    ) throws {
        var resource = resource
        resource.header.operationID = operation?.id
        try insert(&resource, by: context.author(operation), at: context.now)
    }
}

extension ChangeContext {
    func author(_ operation: Operation?) -> ChangeAuthor {
        var author = author
        author.operationID = operation?.id
        return author
    }
}
