import ArgumentParser
import HoldpointClient

/// The global options as they hold: from the command line, else the environment, else the profile, else the default.
struct Settings: Sendable {
    var endpoint: Endpoint
    var tokenFile: String?
    var project: String?
    var output: OutputFormat = .table
    /// Tables keep all their columns.
    var isWide = false
    var timeout: Duration = .seconds(60)
    var waitTimeout: Duration?
    var waits = true
    var requestID: String?
    var dryRun = false
    var ifAbsent = false
    var ignoreMissing = false
    var waitsWhileBusy = false
    var loudness: Loudness?

    /// The names of what may stand in a profile or, with `HOLDPOINT_` before it, in the environment.
    static let storedNames = [
        "endpoint", "token-file", "project", "output", "timeout", "wait-timeout", "no-wait", "quiet", "verbose",
    ]

    /// - Parameters:
    ///   - options: from the command line.
    ///   - environment: the process's.
    ///   - profile: the values of the chosen profile by name.
    ///   - defaultEndpoint: for want of any other.
    /// - Throws: `ValidationError` naming the variable or the profile's field that is wrong.
    init(
        options: GlobalOptions, environment: [String: String], profile: [String: String], defaultEndpoint: String
    ) throws {
        let stored = StoredOptions(environment: environment, profile: profile)
        endpoint = try Settings.endpoint(options.endpoint ?? stored.text("endpoint") ?? defaultEndpoint)
        tokenFile = options.tokenFile ?? stored.text("token-file")
        project = options.project ?? stored.text("project")
        let chosen = try options.output ?? stored.value("output") { OutputOption(rawValue: $0) } ?? .table
        (output, isWide) = (chosen.format, chosen == .wide)
        timeout = try options.timeout ?? stored.value("timeout", DurationText.parse) ?? timeout
        waitTimeout = try options.waitTimeout ?? stored.value("wait-timeout", DurationText.parse)
        waits = try !(options.noWait || stored.flag("no-wait"))
        // Upper and lower case are one UUID; the printed line that asks again has the one that the server keeps.
        requestID = options.requestID?.lowercased()
        dryRun = options.dryRun
        ifAbsent = options.ifAbsent
        ignoreMissing = options.ignoreMissing
        waitsWhileBusy = options.waitBusy
        loudness = try options.loudness ?? stored.loudness()
    }

    private static func endpoint(_ text: String) throws -> Endpoint {
        guard !text.hasPrefix("tls://") else {
            throw ValidationError("endpoint '\(text)': TLS comes later; use unix:PATH or tcp://HOST:PORT")
        }
        do {
            return try Endpoint(parsing: text)
        } catch {
            throw ValidationError("endpoint \(error.description)")
        }
    }
}

/// Options from the environment and the profile, the environment first.
private struct StoredOptions {
    let environment: [String: String]
    let profile: [String: String]

    /// An empty variable counts as none.
    func text(_ name: String) -> String? {
        if let text = environment[variable(name)], !text.isEmpty { return text }
        return profile[name]
    }

    func value<Value>(_ name: String, _ read: (String) throws -> Value?) throws -> Value? {
        guard let text = text(name) else { return nil }
        do {
            guard let value = try read(text) else { throw ValidationError("'\(text)' is not valid") }
            return value
        } catch let error as ValidationError {
            throw ValidationError("\(source(name)): \(error.message)")
        }
    }

    func flag(_ name: String) throws -> Bool {
        try value(name) { ["1": true, "true": true, "0": false, "false": false][$0] } ?? false
    }

    func loudness() throws -> Loudness? {
        if try flag("quiet") { return .quiet }
        return try flag("verbose") ? .verbose : nil
    }

    private func source(_ name: String) -> String {
        environment[variable(name)]?.isEmpty == false ? variable(name) : "profile: \(name)"
    }

    private func variable(_ name: String) -> String {
        "HOLDPOINT_" + name.uppercased().split(separator: "-").joined(separator: "_")
    }
}
