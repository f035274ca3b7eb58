import HoldpointClient

/// `… delete ID... --cascade`: all plans, one consent, then each plan as one operation.
struct Cascade<Item: Changeable> {
    let deletion: Deletion<Item>

    private var session: Session { deletion.session }
    private var scope: PlanScope { deletion.extras.plan }

    /// A plan that was shown.
    private struct Shown {
        /// As it was asked for.
        let reference: String
        let id: String
        var plan: DeletionPlan
    }

    func run(_ results: inout DeletionResults) async throws {
        let shown = try await plans(&results)
        guard !shown.isEmpty else { return }
        for each in shown { session.show(each.plan, isAsked: session.lacksConsent(deletion.consent)) }
        if session.settings.dryRun { return try shown.forEach { try results.succeed(foreseen($0)) } }
        let given = try await session.consent(deletion.consent) {
            session.settings.output == .json ? shown.flatMap(\.plan.steps).map(\.sentence) : ["all steps above"]
        }
        var executed: [Shown] = []
        for each in shown {
            let named = session.named(deletion.what([each.reference]))
            await results.attempt(named.what) {
                try await execute(each, given, named, after: executed)
            }
            executed.append(each)
        }
    }

    /// The plans of all that can be deleted.
    private func plans(_ results: inout DeletionResults) async throws -> [Shown] {
        var shown: [Shown] = []
        for reference in deletion.ids {
            do throws(RPCError) {
                // By its id: a name may be that of a resource of another kind, too.
                let id = try await Item.get(reference, from: session.client, session.callOptions).id
                let plan = try await session.executablePlan(id, scope)
                shown.append(Shown(reference: reference, id: id, plan: plan))
            } catch {
                if error.code == .notFound, session.settings.ignoreMissing {
                    try results.succeed(deletion.nothing(reference))
                } else {
                    results.fail(CommandFailure(deletion.what([reference]), error))
                }
            }
        }
        return shown
    }

    private func foreseen(_ shown: Shown) -> DeletionResult {
        DeletionResult(
            subject: deletion.subject(shown.reference), operation: nil, warnings: [], isDryRun: true, plan: shown.plan)
    }

    private func execute(
        _ shown: Shown, _ consent: Consent?, _ session: Session, after executed: [Shown]
    ) async throws -> DeletionResult {
        guard let plan = try await current(shown, session, after: executed) else {
            return deletion.nothing(shown.reference)
        }
        var session = session
        session.titles = StepTitles(plan)
        let again = [Item.noun, "delete", shown.id, "--cascade"] + scope.arguments + deletion.consent.arguments
        let answer = try await session.execute(
            shown.id, hash: plan.hash, scope, (deletion.consent, consent), again: again)
        return try await session.deleted(deletion.subject(shown.reference), answer, plan)
    }

    /// The plan to execute: the one that was shown, or what the plans before it have left of it.
    ///
    /// - Returns: nil if nothing is left.
    private func current(
        _ shown: Shown, _ session: Session, after executed: [Shown]
    ) async throws -> DeletionPlan? {
        let gone = Set(executed.flatMap(\.plan.steps).map(\.id))
        guard shown.plan.steps.contains(where: { gone.contains($0.id) }) else { return shown.plan }
        do throws(RPCError) {
            let plan = try await session.executablePlan(shown.id, scope)
            let agreed = Set(shown.plan.steps.map(\.deed))
            // What nobody was shown is for the server to refuse, as a plan that no longer holds.
            return plan.steps.allSatisfy { agreed.contains($0.deed) } ? plan : shown.plan
        } catch {
            guard error.code == .notFound else { throw CommandFailure(session.what, error) }
            return nil
        }
    }
}

extension DeletionStep {
    /// What it does to what.
    fileprivate var deed: String { "\(action.name) \(id)" }
}
