internal import Model
internal import Store

/// What a change's transaction decided.
struct Change<Target: Sendable>: Sendable {
    /// Kept with the request: a repeated one finds the target again by it.
    var targetID: String
    var target: Target
    var operation: Operation?
    var warnings: [Warning] = []
    /// Of a batch.
    var parts: [RememberedRequest.Part] = []
}

extension Change where Target: StoredResource {
    init(target: Target, operation: Operation? = nil, warnings: [Warning] = []) {
        self.init(targetID: target.id.rawValue, target: target, operation: operation, warnings: warnings)
    }
}

/// Ends a transaction that must leave no trace.
private struct ValidatedOnly<Target: Sendable>: Error {
    let change: Change<Target>
}

extension ResourceManager {
    /// Changes a resource; see below.
    func mutate<Target: StoredResource>(
        _ mutation: Mutation, for purpose: WritePurpose = .ordinary,
        _ body: @escaping @Sendable (any WriteTransaction, inout ChangeContext) throws -> Change<Target>
    ) async throws -> MutationAnswer<Target> {
        try await mutate(
            mutation, for: purpose, reload: { try $0.get(Identifier<Target>(stored: $1.targetID)) }, body)
    }

    /// Runs a change in one transaction: replays a request that was seen before, applies the rules, remembers the
    /// request, and starts its operations once all that is durable.
    ///
    /// - Parameters:
    ///   - purpose: `.freeing` for what deletes, detaches or stops.
    ///   - reload: the target of a request that was seen before.
    func mutate<Target: Sendable>(
        _ mutation: Mutation, for purpose: WritePurpose = .ordinary,
        reload: @escaping @Sendable (any ReadTransaction, RememberedRequest) throws -> Target?,
        _ body: @escaping @Sendable (any WriteTransaction, inout ChangeContext) throws -> Change<Target>
    ) async throws -> MutationAnswer<Target> {
        try check(mutation)
        let consent = try await consent(to: mutation)
        let (now, seed, catalog) = (clock(), UInt64.random(in: .min ... .max), self.catalog)
        let answer: MutationAnswer<Target>
        do {
            answer = try await store.write(for: purpose) { transaction in
                let project = try transaction.project(of: mutation.call)
                if let remembered = try transaction.replay(mutation, project.id, consent) {
                    return try MutationAnswer(remembered, try reload(transaction, remembered), in: transaction)
                }
                var context = ChangeContext(
                    mutation: mutation, projectID: project.id, now: now, seed: seed, catalog: catalog)
                let change = try body(transaction, &context)
                try consent.require(for: mutation)
                if mutation.validateOnly { throw ValidatedOnly(change: change) }
                return try transaction.remember(change, of: mutation, project.id, at: now)
            }
        } catch let validated as ValidatedOnly<Target> {
            return MutationAnswer(
                resource: validated.change.target, operation: nil, warnings: validated.change.warnings,
                parts: validated.change.parts)
        }
        if let operation = answer.operation, !operation.state.isFinal { runner.start(operation.id) }
        for part in answer.parts { if let operation = part.operationID { runner.start(operation) } }
        return answer
    }

    private func check(_ mutation: Mutation) throws(Refusal) {
        let bytes = mutation.requestID.utf8
        guard UUIDShape.matches(bytes) else {
            throw .invalid(
                field: "request_id",
                "every change needs a request_id, a UUID that the caller makes, to be safe to repeat")
        }
    }
}

/// The text form of a UUID: 8-4-4-4-12 hexadecimal digits.
private enum UUIDShape {
    static func matches(_ bytes: String.UTF8View) -> Bool {
        guard bytes.count == 36 else { return false }
        return bytes.enumerated().allSatisfy { index, byte in
            switch index {
            case 8, 13, 18, 23: byte == UInt8(ascii: "-")
            default: Character(UnicodeScalar(byte)).isHexDigit
            }
        }
    }
}

extension ReadTransaction {
    func project(of call: Call) throws -> Project {
        let reference = call.project.isEmpty ? Project.defaultName : call.project
        guard let project = try project(reference) else { throw Refusal.unknown(.project, reference) }
        return project
    }

    /// What was done for a request that was seen before; nil: it is new.
    ///
    /// - Throws: `REQUEST_ID_REUSED` if its body is another one.
    fileprivate func replay(
        _ mutation: Mutation, _ project: ProjectID, _ consent: ConsentOutcome
    ) throws -> RememberedRequest? {
        guard let remembered = try remembered(mutation.key(project)) else { return nil }
        guard remembered.fingerprint == mutation.fingerprint else {
            throw Refusal.invalid(
                .requestIDReused, field: "request_id",
                "request_id \(mutation.requestID) was used before for another request of this method")
        }
        try consent.require(for: mutation)
        return remembered
    }
}

extension MutationAnswer {
    fileprivate init(
        _ remembered: RememberedRequest, _ target: Target?, in transaction: any ReadTransaction
    ) throws {
        self.init(
            resource: target, operation: try remembered.operationID.flatMap { try transaction.operation($0) },
            warnings: remembered.warnings, parts: remembered.parts)
    }
}

extension WriteTransaction {
    fileprivate func remember<Target: Sendable>(
        _ change: Change<Target>, of mutation: Mutation, _ project: ProjectID, at now: Timestamp
    ) throws -> MutationAnswer<Target> {
        let request = RememberedRequest(
            key: mutation.key(project), fingerprint: mutation.fingerprint, targetID: change.targetID,
            operationID: change.operation?.id, warnings: change.warnings, parts: change.parts)
        try remember(request, at: now)
        return MutationAnswer(
            resource: change.target, operation: change.operation, warnings: change.warnings, parts: change.parts)
    }
}

extension Mutation {
    fileprivate func key(_ project: ProjectID) -> RequestKey {
        RequestKey(principal: call.principal, projectID: project, method: method, requestID: requestID)
    }
}
