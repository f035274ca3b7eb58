import ArgumentParser

/// The options of every command; before or after the verb, the later wins.
struct GlobalOptions: ParsableArguments {
    @Option(help: ArgumentHelp("unix:PATH or tcp://HOST:PORT; default: the local socket.", valueName: "endpoint"))
    var endpoint: String?

    @Option(help: ArgumentHelp("File with the bearer token.", valueName: "file"))
    var tokenFile: String?

    @Option(help: ArgumentHelp("Id or name of the project.", valueName: "project"))
    var project: String?

    @Option(help: ArgumentHelp("Named set of options in ~/.config/holdpoint/config.yaml.", valueName: "name"))
    var profile: String?

    @Option(
        name: [.customShort("o", allowingJoined: true), .long],
        help: ArgumentHelp("Form of the output; default: table.", valueName: "format")
    )
    var output: OutputOption?

    @Option(
        help: ArgumentHelp("Time for each call; default: 60s.", valueName: "duration"), transform: DurationText.parse)
    var timeout: Duration?

    @Option(
        help: ArgumentHelp("Stop waiting after this time; the operation goes on (exit 9).", valueName: "duration"),
        transform: DurationText.parse)
    var waitTimeout: Duration?

    @Flag(help: "Print the operation instead of waiting for it.")
    var noWait = false

    @Option(
        name: .customLong("request-id"),
        help: ArgumentHelp("UUID of the change, to ask again safely.", valueName: "uuid"))
    var requestID: String?

    @Flag(help: "Check everything, change nothing.")
    var dryRun = false

    @Flag(help: "create: one that is equal already is success.")
    var ifAbsent = false

    @Flag(help: "delete: one that does not exist is success.")
    var ignoreMissing = false

    @Flag(help: "Wait for an operation that is in the way, then ask again.")
    var waitBusy = false

    @Flag(exclusivity: .chooseLast)
    var loudness: Loudness?
}
