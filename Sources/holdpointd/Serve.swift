import ArgumentParser
import Logging

/// What `holdpointd` does without a subcommand: it serves until it is asked to end.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serve, until SIGTERM or SIGINT.")

    @Option(name: .customLong("state-dir"), help: "Where everything is kept.")
    var stateDirectory = StateDirectory.defaultPath

    @Option(
        name: .customLong("listen"),
        help:
            """
            unix:PATH or tcp://HOST:PORT (loopback only; port 0: chosen). Repeatable. Default: \
            unix:STATE_DIR/holdpoint.sock
            """
    )
    var listeners: [String] = []

    @Option(name: .customLong("log-level"), help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel = LogLevel.info

    @Option(name: .customLong("log-format"), help: "text or json.")
    var logFormat = LogFormat.text

    mutating func run() async throws {
        LogFormat.bootstrap(logFormat, level: logLevel.level)
        let directory = try StateDirectory(stateDirectory)
        let endpoints = try ListenerFlags.endpoints(listeners, in: directory)
        try await Daemon(directory: directory, endpoints: endpoints, logger: Logger(label: "holdpointd")).run()
    }
}
