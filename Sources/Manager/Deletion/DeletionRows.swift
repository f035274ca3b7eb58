internal import Model
internal import Operations
internal import Store

/// What work on a resource does to its row.
extension WriteTransaction {
    /// Shows a state on a resource and makes it busy. What was marked when a plan was accepted is not written once more
    /// when its step begins.
    func mark<Target: StoredResource>(
        _ id: Identifier<Target>, _ state: Target.State, by operation: Operation, at now: Timestamp
    ) throws {
        guard var resource: Target = try get(id), !resource.isHeld(in: state, by: operation) else { return }
        resource.enter(state, at: now)
        resource.header.operationID = operation.id
        resource.header.failure = nil
        try update(&resource, by: .operation(operation), at: now)
    }

    /// Shows that a deletion kept failing.
    func fail<Target: ManagedKind>(
        _ id: Identifier<Target>, by operation: Operation, at now: Timestamp, isOver: Bool
    ) throws {
        try change(id, by: operation, at: now) { resource in
            resource.enter(Target.errorDeleting, at: now)
            if isOver { resource.header.operationID = nil }
            resource.header.failure = operation.failure(resolvableBy: .administrator)
        }
    }

    /// Gives a resource the state back that it had.
    func giveBack<Target: ManagedKind>(
        _ id: Identifier<Target>, by operation: Operation, _ failure: Failure?, at now: Timestamp,
        _ state: (Target) -> Target.State = { $0.restingState }
    ) throws {
        try change(id, by: operation, at: now) { resource in
            resource.enter(state(resource), at: now)
            resource.header.operationID = nil
            resource.header.failure = failure
        }
    }

    /// Gives those of a server's volumes back that the operation holds.
    func giveBackHeld(
        _ volumes: [VolumeID], by operation: Operation, _ failure: Failure?, at now: Timestamp
    ) throws {
        for id in volumes {
            let held: Volume? = try get(id)
            if held?.header.operationID == operation.id { try giveBack(id, by: operation, failure, at: now) }
        }
    }

    /// A volume is attached no longer. One that is to be deleted stays busy.
    func finishDetaching(_ id: VolumeID, by operation: Operation, at now: Timestamp) throws {
        try change(id, by: operation, at: now) { volume in
            volume.placement = nil
            guard !volume.isBeingDeleted else { return }
            volume.enter(.available, at: now)
            volume.header.operationID = nil
            volume.header.failure = nil
        }
    }
}

extension Resource {
    fileprivate func isHeld(in state: State, by operation: Operation) -> Bool {
        self.state == state && header.operationID == operation.id && header.failure == nil
    }
}
