import HoldpointClient

/// One run of a command: what holds, whom to ask, and where the answer goes.
struct Session: Sendable {
    /// What was asked for, as failures name it: `volume delete data-1`.
    let what: String
    let settings: Settings
    let client: HoldpointClient
    var printer: Printer
    let terminal: Terminal
    let environment: [String: String]
    /// Names of the resources in the steps of its operations.
    var titles = StepTitles()
    /// The arguments that make the same call again, but for its request id; nil: the process's own.
    var again: [String]?

    /// Of each call that is no waiting.
    var callOptions: CallOptions { CallOptions(timeout: settings.timeout) }

    /// The same for one of several things.
    func named(_ what: String) -> Session {
        Session(
            what: what, settings: settings, client: client, printer: printer, terminal: terminal,
            environment: environment, titles: titles, again: again)
    }

    /// For people, on standard error, unless `--quiet`.
    func note(_ text: String) {
        guard settings.loudness != .quiet else { return }
        StandardStreams.error("holdpoint: \(Printable.line(text))\n")
    }

    /// Only with `--verbose`.
    func explain(_ text: @autoclosure () -> String) {
        guard settings.loudness == .verbose else { return }
        note(text())
    }

    /// Warnings are never quiet.
    func warn(_ warnings: [Warning]) {
        for warning in warnings { StandardStreams.error(FailureText.line(warning) + "\n") }
    }

    /// The command is wrong to be called with `--dry-run`, because it could not keep the promise.
    func refuseDryRun() throws {
        guard settings.dryRun else { return }
        throw CommandFailure(
            what, Status(code: .invalidArgument, message: "there is no --dry-run of this; nothing was done"))
    }
}
