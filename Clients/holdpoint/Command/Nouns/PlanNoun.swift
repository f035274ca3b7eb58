import ArgumentParser
import HoldpointClient

/// `holdpoint plan`
struct PlanNoun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "What deleting something would take, and lose.",
        subcommands: [PlanDelete.self, PlanExecute.self])

    @OptionGroup var globals: GlobalOptions
}

/// `holdpoint plan delete ID`
struct PlanDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Print every step that deleting a resource takes; changes nothing.")

    @Argument(
        help: "Any resource: id or unique name.", completion: .names(.server, .volume, .snapshot, .serverSnapshot))
    var id: String

    @OptionGroup var options: PlanOptions
    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("plan delete \(id)") { session in
            let plan = try await session.plan(id, options.scope)
            try session.printer.single(plan)
            guard plan.blockers.isEmpty, session.settings.output == .table else { return }
            let line = ["plan", "execute", id, "--hash", plan.hash] + options.scope.arguments
            session.note("as long as nothing changes, this does it: \(Process.commandLine(line))")
        }
    }
}

/// `holdpoint plan execute ID --hash HASH`
struct PlanExecute: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "execute", abstract: "Execute a plan, if it is still the same one.")

    @Argument(help: "What the plan was made for.", completion: .names(.server, .volume, .snapshot, .serverSnapshot))
    var id: String

    @Option(help: ArgumentHelp("The plan's.", valueName: "hash"))
    var hash: String

    @OptionGroup var options: PlanOptions
    @OptionGroup var consent: ConsentOptions
    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("plan execute \(id)") { session in
            if session.settings.dryRun { session.beginDryRun() }
            var session = session
            // Asking again for what is perhaps done already: there may be no plan any more.
            let plan = session.settings.requestID == nil ? try await shownPlan(session) : nil
            if let plan { session.titles = StepTitles(plan) }
            let given = try await session.consent(consent) { [loss(session)] }
            let answer = try await session.execute(
                id, hash: hash, options.scope, (consent, given), again: planAgain)
            var results = DeletionResults(session: session, isSingle: true)
            try results.succeed(try await session.deleted(id, answer, plan))
            try results.end()
        }
    }

    /// The plan, if it is the one that is asked for; shown to whoever has to agree to it.
    private func shownPlan(_ session: Session) async throws -> DeletionPlan {
        let plan = try await session.executablePlan(id, options.scope)
        guard plan.hash == hash else { throw session.stalePlan(planAgain) }
        if session.lacksConsent(consent) { session.show(plan, isAsked: true) }
        return plan
    }

    private var planAgain: [String] { ["plan", "delete", id] + options.scope.arguments }

    private func loss(_ session: Session) -> String {
        session.settings.requestID == nil ? "all steps above" : "all steps of the plan \(hash)"
    }
}
