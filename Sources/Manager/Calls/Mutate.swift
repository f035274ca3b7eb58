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

    var destroys: Bool { parts.destroy }
}

extension [RememberedRequest.Part] {
    /// Of a change that needs consent: whether it does anything at all. A batch may be refused part for part.
    fileprivate var destroy: Bool { isEmpty || contains { $0.operationID != nil } }
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
    /// What needs consent is tried in a view first: whatever stands in its way is told before anybody looks at a
    /// password, and then none is spent. (A caller with a wrong password, or with none, learns no more than from a
    /// plan.) The rules hold again in the transaction, which cannot wait for a password.
    ///
    /// - Parameters:
    ///   - purpose: `.freeing` for what deletes, detaches or stops.
    ///   - reload: the target of a request that was seen before.
    func mutate<Target: Sendable>(
        _ mutation: Mutation, for purpose: WritePurpose = .ordinary,
        reload: @escaping @Sendable (any ReadTransaction, RememberedRequest) throws -> Target?,
        _ body: @escaping @Sendable (any WriteTransaction, inout ChangeContext) throws -> Change<Target>
    ) async throws -> MutationAnswer<Target> {
        try await logged(mutation) { try await perform(mutation, for: purpose, reload: reload, body) }
    }

    private func perform<Target: Sendable>(
        _ mutation: Mutation, for purpose: WritePurpose,
        reload: @escaping @Sendable (any ReadTransaction, RememberedRequest) throws -> Target?,
        _ body: @escaping @Sendable (any WriteTransaction, inout ChangeContext) throws -> Change<Target>
    ) async throws -> MutationAnswer<Target> {
        try check(mutation)
        let (now, seed, catalog) = (clock(), UInt64.random(in: .min ... .max), self.catalog)
        let change: @Sendable (any WriteTransaction, ProjectID) throws -> Change<Target> = { transaction, project in
            var context = ChangeContext(
                mutation: mutation, projectID: project, now: now, seed: seed, catalog: catalog)
            return try body(transaction, &context)
        }
        let hasConsent = try await hasConsent(to: mutation, change)
        let answer: MutationAnswer<Target>
        do {
            answer = try await store.write(for: purpose) { transaction in
                let project = try transaction.project(of: mutation.call)
                if let remembered = try transaction.replay(mutation, project.id) {
                    return try MutationAnswer(remembered, try reload(transaction, remembered), in: transaction)
                }
                let change = try change(transaction, project.id)
                if mutation.validateOnly { throw ValidatedOnly(change: change) }
                guard hasConsent || !change.destroys else { throw Refusal.consentRequired }
                return try transaction.remember(change, of: mutation, project.id, at: now)
            }
        } catch let validated as ValidatedOnly<Target> {
            return MutationAnswer(
                resource: validated.change.target, operation: nil, warnings: validated.change.warnings,
                parts: validated.change.parts)
        } catch let long as LongRefusal {
            throw try await refusal(long, mutation.call)
        }
        if let operation = answer.operation, !operation.state.isFinal { runner.start(operation.id) }
        for part in answer.parts { if let operation = part.operationID { runner.start(operation) } }
        return answer
    }

    /// Makes sure of the consent of a change that needs one, after the rules.
    ///
    /// - Returns: false if it destroys nothing as things are.
    /// - Throws: what the change is refused for; `CONSENT_REQUIRED`, `CONSENT_INVALID`.
    private func hasConsent<Target: Sendable>(
        to mutation: Mutation, _ change: @escaping @Sendable (any WriteTransaction, ProjectID) throws -> Change<Target>
    ) async throws -> Bool {
        guard mutation.needsConsent else { return true }
        do {
            let destroys = try await read(mutation.call) { try $0.destroys(mutation, $1, change) }
            if destroys { try await requireConsent(to: mutation) }
            return destroys
        } catch let long as LongRefusal {
            throw try await refusal(long, mutation.call)
        }
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

    /// Whether a change would destroy something as things are.
    ///
    /// - Throws: what the change is refused for.
    fileprivate func destroys<Target: Sendable>(
        _ mutation: Mutation, _ project: ProjectID,
        _ change: (any WriteTransaction, ProjectID) throws -> Change<Target>
    ) throws -> Bool {
        // What was done already is no longer in the state that the rules ask for.
        if let remembered = try replay(mutation, project) { return remembered.parts.destroy }
        do {
            return try change(DryTransaction(over: self), project).destroys
        } catch let error where error is Refusal || error is LongRefusal {
            throw error
        } catch {
            // Perhaps only because nothing was written: the transaction tells.
            return true
        }
    }

    /// What was done for a request that was seen before; nil: it is new.
    ///
    /// - Throws: `REQUEST_ID_REUSED` if its body is another one.
    fileprivate func replay(_ mutation: Mutation, _ project: ProjectID) throws -> RememberedRequest? {
        guard let remembered = try remembered(mutation.key(project)) else { return nil }
        guard remembered.fingerprint == mutation.fingerprint else {
            throw Refusal.invalid(
                .requestIDReused, field: "request_id",
                "request_id \(mutation.requestID) was used before for another request of this method")
        }
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
