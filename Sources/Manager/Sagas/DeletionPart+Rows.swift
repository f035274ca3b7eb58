internal import Model
internal import Operations
internal import Store

/// What a part of a deletion does to rows.
extension DeletionPart {
    /// Makes what it is about busy, and shows that it goes. Also where a part that failed is taken up again.
    func begin(in transaction: any WriteTransaction, by operation: Operation, at now: Timestamp) throws {
        switch self {
        case .stop(let id, _, _): try transaction.mark(id, .stopping, by: operation, at: now)
        case .detach(let id, let place, _):
            try transaction.mark(id, .deleting, by: operation, at: now)
            try transaction.change(place.serverID, by: operation, at: now) { $0.header.operationID = operation.id }
        case .server(let id, let volumes, _):
            try transaction.mark(id, .deleting, by: operation, at: now)
            for volume in volumes { try transaction.markDetaching(volume, by: operation, at: now) }
        case .volume(let id, _): try transaction.mark(id, .deleting, by: operation, at: now)
        case .snapshot(let id, _): try transaction.mark(id, .deleting, by: operation, at: now)
        case .serverSnapshot(let id, let members, _):
            try transaction.mark(id, .deleting, by: operation, at: now)
            for member in members { try transaction.mark(member, .deleting, by: operation, at: now) }
        }
    }

    /// Shows that it is done.
    func finish(in transaction: any WriteTransaction, by operation: Operation, at now: Timestamp) throws {
        switch self {
        case .stop(let id, _, _): try transaction.mark(id, .deleting, by: operation, at: now)
        case .detach(let id, let place, _):
            try transaction.change(id, by: operation, at: now) { $0.placement = nil }
            try transaction.release(place.serverID, by: operation, at: now)
        case .server(let id, let volumes, _):
            for volume in volumes {
                try transaction.change(volume, by: operation, at: now) { volume in
                    volume.placement = nil
                    guard volume.state == .detaching else { return }
                    volume.enter(.available, at: now)
                    volume.header.operationID = nil
                }
            }
            try transaction.remove(id, by: operation, at: now)
        case .volume(let id, let freed):
            try transaction.remove(id, by: operation, at: now)
            try freed.forget(in: transaction)
        case .snapshot(let id, let freed):
            try transaction.remove(id, by: operation, at: now)
            try freed.forget(in: transaction)
        case .serverSnapshot(let id, let members, let freed):
            for member in members { try transaction.remove(member, by: operation, at: now) }
            try transaction.remove(id, by: operation, at: now)
            try freed.forget(in: transaction)
        }
    }

    /// Shows that it kept failing: some of the data may be gone, so only an administrator leaves this state.
    ///
    /// - Parameter isOver: the operation has ended; otherwise it is stuck and keeps hold.
    func fail(
        in transaction: any WriteTransaction, by operation: Operation, at now: Timestamp, isOver: Bool
    ) throws {
        func fail<Target: StoredResource>(_ id: Identifier<Target>, _ state: Target.State) throws {
            try transaction.change(id, by: operation, at: now) { resource in
                resource.enter(state, at: now)
                if isOver { resource.header.operationID = nil }
                resource.header.failure = operation.failure(resolvableBy: .administrator)
            }
        }
        switch self {
        case .stop(let id, _, _), .server(let id, _, _): try fail(id, .errorDeleting)
        case .detach(let id, _, _), .volume(let id, _): try fail(id, .errorDeleting)
        case .snapshot(let id, _): try fail(id, .errorDeleting)
        case .serverSnapshot(let id, let members, _):
            for member in members { try fail(member, .errorDeleting) }
            try fail(id, .errorDeleting)
        }
    }

    /// Gives what it is about the state back that it had, as far as it is still there.
    ///
    /// - Parameter failure: shown on it; nil: all is well.
    func giveBack(
        in transaction: any WriteTransaction, by operation: Operation, _ failure: Failure?, at now: Timestamp
    ) throws {
        func giveBack<Target: StoredResource>(
            _ id: Identifier<Target>, _ state: @escaping (Target) -> Target.State
        ) throws {
            try transaction.change(id, by: operation, at: now) { resource in
                resource.enter(state(resource), at: now)
                resource.header.operationID = nil
                resource.header.failure = failure
            }
        }
        switch self {
        case .stop(let id, let volumes, _), .server(let id, let volumes, _):
            try giveBack(id) { $0.desiredState == .running ? .running : .stopped }
            for volume in volumes {
                let held: Volume? = try transaction.get(volume)
                guard held?.header.operationID == operation.id else { continue }
                try giveBack(volume) { $0.placement == nil ? .available : .inUse }
            }
        case .detach(let id, let place, _):
            try giveBack(id) { $0.placement == nil ? .available : .inUse }
            try transaction.release(place.serverID, by: operation, at: now)
        case .volume(let id, _): try giveBack(id) { $0.placement == nil ? .available : .inUse }
        case .snapshot(let id, _): try giveBack(id) { _ in .available }
        case .serverSnapshot(let id, let members, _):
            for member in members { try giveBack(member) { _ in .available } }
            try giveBack(id) { _ in .available }
        }
    }
}

extension Resource {
    fileprivate func isHeld(in state: State, by operation: Operation) -> Bool {
        self.state == state && header.operationID == operation.id && header.failure == nil
    }
}

extension WriteTransaction {
    fileprivate func mark<Target: StoredResource>(
        _ id: Identifier<Target>, _ state: Target.State, by operation: Operation, at now: Timestamp
    ) throws {
        // What was marked when the plan was accepted is not written once more when its step begins.
        guard var resource: Target = try get(id), !resource.isHeld(in: state, by: operation) else { return }
        resource.enter(state, at: now)
        resource.header.operationID = operation.id
        resource.header.failure = nil
        try update(&resource, by: .operation(operation), at: now)
    }

    /// Those that go with the server stay DELETING; one whose deletion failed stays what it is.
    fileprivate func markDetaching(_ id: VolumeID, by operation: Operation, at now: Timestamp) throws {
        guard let volume: Volume = try get(id), volume.state != .deleting, volume.state != .errorDeleting else {
            return
        }
        try mark(id, .detaching, by: operation, at: now)
    }
}
