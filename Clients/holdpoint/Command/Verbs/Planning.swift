import ArgumentParser
import HoldpointClient

/// What changes a deletion's plan.
struct PlanOptions: ParsableArguments {
    @Flag(help: "Of a server: its volumes too, each under its own rules.")
    var deleteVolumes = false

    @Flag(help: "Cut off connected NBD clients.")
    var force = false

    var scope: PlanScope { PlanScope(deleteVolumes: deleteVolumes, force: force) }
}

/// How far a plan may go.
struct PlanScope {
    var deleteVolumes = false
    var force = false

    /// The same as arguments.
    var arguments: [String] {
        (deleteVolumes ? ["--delete-volumes"] : []) + (force ? ["--force"] : [])
    }
}

extension Session {
    /// The plan for deleting a resource, with blockers or without.
    func plan(_ reference: String, _ scope: PlanScope) async throws(RPCError) -> DeletionPlan {
        try await client.plans.planDelete(
            PlanDeleteRequest(resource: reference, deleteVolumes: scope.deleteVolumes, force: scope.force),
            options: callOptions)
    }

    /// The same, to be executed.
    ///
    /// - Throws: the first blocker's reason if the plan cannot clear everything by itself.
    func executablePlan(_ reference: String, _ scope: PlanScope) async throws(RPCError) -> DeletionPlan {
        try await waitingIfAsked { () throws(RPCError) in
            let plan = try await plan(reference, scope)
            if let refusal = plan.refusal { throw refusal }
            return plan
        }
    }

    /// Executes a plan, as it was shown.
    ///
    /// - Parameters:
    ///   - id: what the plan was made for.
    ///   - again: what shows the new plan, if this one no longer holds.
    func execute(
        _ id: String, hash: String, _ scope: PlanScope, _ consent: (ConsentOptions, Consent?), again: [String]
    ) async throws -> DeleteAnswer {
        var session = self
        session.again = ["plan", "execute", id, "--hash", hash] + scope.arguments + consent.0.arguments
        let request = ExecutePlanRequest(
            resource: id, hash: hash, consent: consent.1, deleteVolumes: scope.deleteVolumes, force: scope.force)
        do {
            return try await session.send(request) { request, options throws(RPCError) in
                try await client.plans.executePlan(request, options: options)
            }
        } catch let failure as CommandFailure where failure.status.reason == "PLAN_STALE" {
            throw stalePlan(again)
        }
    }

    /// A plan that no longer holds: nobody agreed to the new one.
    func stalePlan(_ again: [String]) -> CommandFailure {
        let message = "something changed after the plan was made, so it was not executed; nothing was done"
        return CommandFailure(what, Status(code: .aborted, message: message, reason: "PLAN_STALE"))
            .remedied("see the new plan and agree to that", command: Process.commandLine(again))
    }

    /// Shows a plan on standard error, where people look.
    ///
    /// - Parameter isAsked: a person is about to be asked for consent, so `--quiet` does not count.
    func show(_ plan: DeletionPlan, isAsked: Bool) {
        guard settings.output != .json, isAsked || settings.loudness != .quiet else { return }
        let lines = plan.tree.lines(terminal.errorLines) + [plan.totals]
        StandardStreams.error(lines.map { $0 + "\n" }.joined())
    }
}

extension DeletionPlan {
    /// Why it is not executed; nil: nothing stands in its way.
    var refusal: RPCError? {
        guard let first = blockers.first else { return nil }
        let isBusy = first.reason == "RESOURCE_BUSY"
        let things = blockers.count == 1 ? "one thing stands" : "\(blockers.count) things stand"
        return RPCError(
            isBusy ? .aborted : .failedPrecondition,
            "\(things) in the way that the plan does not clear; nothing was done", reason: first.reason,
            blockers: blockers, remedies: remedies, operationID: isBusy ? operationInTheWay ?? "" : "")
    }

    /// From the remedy that waits for it.
    private var operationInTheWay: String? {
        let wait = remedies.first { $0.method.hasSuffix("OperationService/WaitOperation") }
        guard let json = wait?.requestJson, case .string(let id) = (try? JSONReader.read(json))?["operation"] else {
            return nil
        }
        return id
    }
}
