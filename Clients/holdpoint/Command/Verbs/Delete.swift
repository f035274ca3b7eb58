import ArgumentParser
import HoldpointClient

/// `… delete ID...`
struct Delete<Item: Changeable>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "delete", abstract: "Delete some for ever.")
    }

    @Argument(help: "Ids or unique names; all are tried.")
    var ids: [String]

    @OptionGroup var extras: Item.DeleteExtras
    @OptionGroup var consent: ConsentOptions
    @OptionGroup var globals: GlobalOptions

    func validate() throws {
        guard ids.count > 1, globals.requestID != nil else { return }
        throw ValidationError("--request-id is the id of one change: delete one at a time with it")
    }

    func run() async throws {
        try await globals.session(what(ids)) { session in
            var results = DeletionResults(session: session, isSingle: ids.count == 1)
            let allowed = session.lacksConsent(consent) ? try await refuseEarly(session, &results) : ids
            if !allowed.isEmpty {
                let given = try await session.consent(consent) { try await losses(allowed, session) }
                for id in allowed { await delete(id, given, session, &results) }
            }
            try results.end()
        }
    }

    private func what(_ ids: [String]) -> String {
        "\(Item.noun) delete \(ids.joined(separator: " "))"
    }

    /// Tries each, so that nobody looks for a password for what is refused anyway.
    ///
    /// - Returns: those that only lack consent.
    private func refuseEarly(_ session: Session, _ results: inout DeletionResults) async throws -> [String] {
        var allowed: [String] = []
        for id in ids {
            var request = request(id, nil, session)
            request.requestID = HoldpointClient.newRequestID()
            request.validateOnly = true
            do throws(RPCError) {
                _ = try await Item.send(request, to: session.client, session.callOptions)
                allowed.append(id)
            } catch {
                let isWaitedFor = error.busyOperationID != nil && session.settings.waitsWhileBusy
                if isWaitedFor || error.reason == "CONSENT_REQUIRED" {
                    allowed.append(id)
                } else {
                    results.fail(CommandFailure(what([id]), error.status))
                }
            }
        }
        return allowed
    }

    /// What a person should know before consenting.
    private func losses(_ ids: [String], _ session: Session) async throws -> [String] {
        var lines: [String] = []
        for id in ids {
            do throws(RPCError) {
                let plan = try await session.client.plans.planDelete(
                    PlanDeleteRequest(resource: id), options: session.callOptions)
                lines += plan.steps.map(\.sentence)
            } catch {
                guard error.code == .notFound, session.settings.ignoreMissing else { throw error }
            }
        }
        return lines + extras.losses
    }

    private func delete(_ id: String, _ consent: Consent?, _ session: Session, _ results: inout DeletionResults) async {
        let session = session.named(what([id]))
        do {
            let answer = try await session.send(request(id, consent, session)) { request, options throws(RPCError) in
                try await Item.send(request, to: session.client, options)
            }
            let result = try await session.deleted("\(Item.noun) \(id)", answer)
            try results.succeed(result)
        } catch {
            results.fail(CommandFailure(session.what, error))
        }
    }

    private func request(_ id: String, _ consent: Consent?, _ session: Session) -> Item.Delete {
        Item.delete(id, consent: consent, allowMissing: session.settings.ignoreMissing, extras: extras)
    }
}
