import ArgumentParser
import HoldpointClient

/// `holdpoint plan`
struct PlanNoun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "What deleting something would take, and lose.",
        subcommands: [PlanDelete.self])

    @OptionGroup var globals: GlobalOptions
}

/// `holdpoint plan delete ID`
struct PlanDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Print every step that deleting a resource takes; changes nothing.")

    @Argument(help: "Any resource: id or unique name.")
    var id: String

    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("plan delete \(id)") { session in
            let plan = try await session.client.plans.planDelete(
                PlanDeleteRequest(resource: id), options: session.callOptions)
            try session.printer.single(plan)
        }
    }
}
