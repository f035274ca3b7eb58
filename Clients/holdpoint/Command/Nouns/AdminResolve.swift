import ArgumentParser
import HoldpointClient

/// `holdpoint admin resolve ID --retry|--restore|--abandon`
struct AdminResolve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve", abstract: "Decide on a deletion that failed, or an operation that is stuck.")

    /// What can be done.
    enum Action: String, CaseIterable, EnumerableFlag {
        case retry
        case restore
        case abandon

        var action: ResolveFailureRequest.Action {
            switch self {
            case .retry: .retry
            case .restore: .restore
            case .abandon: .abandon
            }
        }

        static func help(for value: Action) -> ArgumentHelp? {
            switch value {
            case .retry: "Try again, and go on from there."
            case .restore: "Give resources their state back, once their data is proved to be there."
            case .abandon: "Forget the resource; its data stays in quarantine. Needs consent."
            }
        }
    }

    @Argument(
        help: "A resource, or an operation's id.",
        completion: .names(.operation, .server, .volume, .snapshot, .serverSnapshot))
    var id: String

    @Flag(exclusivity: .exclusive)
    var action: Action

    @OptionGroup var consent: ConsentOptions
    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("admin resolve \(id)") { session in
            let resolve = { (request: ResolveFailureRequest, options: CallOptions) async throws(RPCError) in
                try await session.client.admin.resolveFailure(request, options: options)
            }
            var request = ResolveFailureRequest(resource: id, action: action.action)
            if action == .abandon {
                request = try await session.consented(request, consent, losses: [loss], resolve)
            }
            let answer = try await session.send(request, resolve)
            try await session.finish(answer.operation, answer.warnings)
        }
    }

    private var loss: String {
        "\(id) is forgotten for ever; its data stays on disk in quarantine, and nobody can use it"
    }
}

extension Session {
    /// Waits for what was decided, and prints the operation.
    func finish(_ operation: Operation?, _ warnings: [Warning]) async throws {
        warn(warnings)
        if settings.dryRun { beginDryRun() }
        guard let operation, !settings.dryRun else {
            note("\(what): \(settings.dryRun ? "can be done" : "done")")
            return try printer.warnings(warnings)
        }
        guard settings.waits else { return try printer.answer(operation, warnings: warnings) }
        let ended = try await finished(operation)
        let late = ended.warnings.filter { !warnings.contains($0) }
        warn(late)
        try printer.answer(ended, warnings: warnings + late)
    }
}
