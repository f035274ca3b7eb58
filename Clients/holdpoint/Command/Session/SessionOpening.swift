import ArgumentParser
import Glibc
import HoldpointClient

extension GlobalOptions {
    /// Runs a command's body in a session, and ends the connection behind it.
    ///
    /// - Parameter what: what was asked for, as failures name it: `volume delete data-1`.
    /// - Throws: `CommandFailure` or `ReportedFailure`, whatever the body throws.
    func session(_ what: String, _ body: (Session) async throws -> Void) async throws {
        do {
            let session = try opened(what)
            Interruption.begin(what)
            do {
                try await body(session)
            } catch {
                await session.client.close()
                guard !(error is ReportedFailure) else { throw error }
                throw Unreachable(settings: session.settings).explained(CommandFailure(what, error))
            }
            await session.client.close()
        } catch let reported as ReportedFailure {
            throw reported
        } catch {
            throw CommandFailure(what, error)
        }
    }

    private func opened(_ what: String) throws -> Session {
        let environment = Process.environment
        let settings = try settings(environment)
        FailureReport.usesJSON = settings.output == .json
        let terminal = Terminal(environment: environment)
        let style = TableStyle(width: settings.isWide ? nil : terminal.width)
        let printer = Printer(format: settings.output, colored: terminal.colors, style: style)
        return Session(
            what: what, settings: settings, client: try settings.connected(), printer: printer, terminal: terminal,
            environment: environment)
    }

    func settings(_ environment: [String: String]) throws -> Settings {
        let chosen = profile ?? environment["HOLDPOINT_PROFILE"].flatMap { $0.isEmpty ? nil : $0 }
        let home = environment["HOME"] ?? "/"
        let values = try Profile.load(chosen, path: "\(home)/.config/holdpoint/config.yaml")
        return try Settings(
            options: self, environment: environment, profile: values,
            defaultEndpoint: "unix:\(Settings.defaultSocket)")
    }
}

extension Settings {
    /// Where a server keeps its state that was told nothing else.
    static var defaultStateDirectory: String {
        geteuid() == 0 ? "/var/lib/holdpoint" : "\(Process.environment["HOME"] ?? "/")/.local/state/holdpoint"
    }

    static var defaultSocket: String { defaultStateDirectory + "/holdpoint.sock" }

    /// Longest token, bytes.
    static let longestTokenBytes = 4 << 10
    /// Attempts at a server that went away, before the command says so: some three seconds in all. One that is there
    /// but does not answer is waited for as long as the call may last; where nobody listens at first, it says so.
    static let attempts = 8

    /// A client that connects at its first call.
    func connected() throws -> HoldpointClient {
        let token = try tokenFile.map { try TextFile.secret($0, limitBytes: Settings.longestTokenBytes) }
        var configuration = RPCClientConfiguration()
        configuration.software = "holdpoint/\(HoldpointClient.version)"
        configuration.retryPolicy.attempts = Settings.attempts
        configuration.retryPolicy.waitsForServer = false
        configuration.helloTimeout = max(configuration.helloTimeout, timeout)
        return HoldpointClient(endpoint: endpoint, token: token, project: project, configuration: configuration)
    }
}
