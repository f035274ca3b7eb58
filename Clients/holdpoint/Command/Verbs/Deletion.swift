import HoldpointClient

/// What a `delete` was asked to do.
struct Deletion<Item: Changeable> {
    let ids: [String]
    let extras: Item.DeleteExtras
    let consent: ConsentOptions
    let session: Session

    /// Deletes each under its own rules; nothing else goes with it.
    func run(_ results: inout DeletionResults) async throws {
        let asksPerson = session.lacksConsent(consent) && session.settings.requestID == nil
        let allowed = asksPerson ? await refuseEarly(&results) : ids
        guard !allowed.isEmpty else { return }
        let given = try await session.consent(consent) { try await losses(allowed) }
        await Item.delete(allowed, given, self, &results)
    }

    /// One call an id.
    func deleteOneByOne(_ ids: [String], _ consent: Consent?, _ results: inout DeletionResults) async {
        for id in ids {
            let session = session.named(what([id]))
            let plan = await session.planToTell(id, extras.plan)
            await results.attempt(session.what, explain: { failure(id, $0) }) {
                let answer = try await session.send(request(id, consent)) { request, options throws(RPCError) in
                    try await Item.send(request, to: session.client, options)
                }
                return try await session.deleted(subject(id), answer, plan)
            }
        }
    }

    /// Why one was not deleted, with the cascade that would do it.
    func failure(_ id: String, _ error: any Error) -> CommandFailure {
        var failure = CommandFailure(what([id]), error)
        failure.cascade = Cascading(noun: Item.noun, id, extras.plan, clearing: failure.status.blockers)
        return failure
    }

    /// `volume delete data-1`
    func what(_ ids: [String]) -> String { "\(Item.noun) delete \(ids.joined(separator: " "))" }

    /// `volume data-1`
    func subject(_ id: String) -> String { "\(Item.noun) \(id)" }

    /// There was nothing to delete.
    func nothing(_ id: String) -> DeletionResult {
        DeletionResult(subject: subject(id), operation: nil, warnings: [], isDryRun: session.settings.dryRun)
    }

    /// Tries each, so that nobody looks for a password for what is refused anyway.
    ///
    /// - Returns: those that only lack consent.
    private func refuseEarly(_ results: inout DeletionResults) async -> [String] {
        var allowed: [String] = []
        for id in ids {
            var request = request(id, nil)
            request.requestID = HoldpointClient.newRequestID()
            request.validateOnly = true
            do throws(RPCError) {
                _ = try await Item.send(request, to: session.client, session.callOptions)
                allowed.append(id)
            } catch {
                if session.onlyLacksConsent(error) {
                    allowed.append(id)
                } else {
                    results.fail(failure(id, error))
                }
            }
        }
        return allowed
    }

    /// What a person should know before consenting.
    private func losses(_ ids: [String]) async throws -> [String] {
        // Asking again for what is perhaps done already: there may be nothing to make a plan of.
        guard session.settings.requestID == nil else { return ids.map { "delete \(subject($0))" } + extras.losses }
        var lines: [String] = []
        for id in ids {
            do throws(RPCError) {
                let resource = try await Item.get(id, from: session.client, session.callOptions)
                lines += try await session.plan(resource.id, extras.plan).steps.map(\.sentence)
            } catch {
                guard error.code == .notFound, session.settings.ignoreMissing else { throw error }
            }
        }
        return lines + extras.losses
    }

    private func request(_ id: String, _ consent: Consent?) -> Item.Delete {
        Item.delete(id, consent: consent, allowMissing: session.settings.ignoreMissing, extras: extras)
    }
}

extension Changeable {
    static var deletionsPerCall: Int { 1 }

    static func delete(
        _ ids: [String], _ consent: Consent?, _ deletion: Deletion<Self>, _ results: inout DeletionResults
    ) async {
        await deletion.deleteOneByOne(ids, consent, &results)
    }
}
