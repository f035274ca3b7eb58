internal import Logging
internal import Model
internal import Store

extension ResourceManager {
    /// Tells the log of a change, whatever becomes of it: one line with who asked for what, from where, and how it
    /// ended. What is only checked is not told.
    func logged<Target: Sendable>(
        _ mutation: Mutation, _ change: () async throws -> MutationAnswer<Target>
    ) async throws -> MutationAnswer<Target> {
        guard !mutation.validateOnly, logger.logLevel <= .info else { return try await change() }
        let start = ContinuousClock.now
        do {
            let answer = try await change()
            tell(of: mutation, since: start, answer.metadata)
            return answer
        } catch {
            tell(of: mutation, since: start, Self.metadata(of: error))
            throw error
        }
    }

    private func tell(of mutation: Mutation, since start: ContinuousClock.Instant, _ end: Logger.Metadata) {
        let call = mutation.call
        let asked: Logger.Metadata = [
            "principal": "\(call.principal)", "source": "\(call.source)", "method": "\(mutation.method)",
            "request": "\(mutation.requestID)", "milliseconds": "\((ContinuousClock.now - start).milliseconds)",
        ]
        logger.info("change", metadata: asked.merging(end) { $1 })
    }

    private static func metadata(of error: any Error) -> Logger.Metadata {
        guard let refusal = Refusal(explaining: error) else {
            return ["outcome": "\(error is CancellationError ? "CANCELLED" : Reason.internal.rawValue)"]
        }
        return ["outcome": "\(refusal.reason.rawValue)", "why": "\(refusal.message)"]
    }
}

extension MutationAnswer {
    /// What was changed, by id and name, and the operation that goes on with it.
    fileprivate var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["outcome": "OK"]
        metadata["operation"] = operation.map { "\($0.id)" }
        metadata["target"] = operation?.targetIDs.first.map { "\($0)" }
        if let resource = resource as? any Resource { metadata.merge(resource.metadata) { $1 } }
        return metadata
    }
}

extension Resource {
    fileprivate var metadata: Logger.Metadata { ["target": "\(id)", "name": "\(header.name)"] }
}
