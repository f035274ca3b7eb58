import ArgumentParser
import HoldpointClient

/// How a caller consents to what cannot be undone.
struct ConsentOptions: ParsableArguments {
    @Flag(help: "Consent without being asked; with a password file.")
    var yes = false

    @Option(help: ArgumentHelp("File with the password in its first line; -: standard input.", valueName: "file"))
    var passwordFile: String?

    /// The same as arguments, for a line that asks again.
    var arguments: [String] {
        (yes ? ["--yes"] : []) + (passwordFile.map { ["--password-file", $0] } ?? [])
    }
}

extension Session {
    static let passwordVariable = "HOLDPOINT_PASSWORD_FILE"
    /// Longest file with a password that is read, bytes; passwords have at most 1024.
    static let longestPasswordFileBytes = 4 << 10

    /// Whether the options leave the consent to be asked for, or to be missed.
    func lacksConsent(_ options: ConsentOptions) -> Bool {
        !(options.yes && passwordFile(options) != nil) && !settings.dryRun
    }

    /// The file that holds the caller's password; nil: it is asked for.
    func passwordFile(_ options: ConsentOptions) -> String? {
        options.passwordFile ?? environment[Session.passwordVariable].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The caller's consent: from the options, or by asking a person.
    ///
    /// - Parameter losses: what will be lost, a line each; asked for only if a person is.
    /// - Returns: nil for a dry run without one: nothing will be destroyed.
    /// - Throws: `ValidationError` naming the options where there is neither; `CONSENT_REQUIRED` if the person
    ///   declines.
    func consent(_ options: ConsentOptions, losses: () async throws -> [String]) async throws -> Consent? {
        let file = passwordFile(options)
        if options.yes, let file { return Consent(acknowledged: true, password: try password(file)) }
        if settings.dryRun { return nil }
        guard terminal.canAsk else {
            throw ValidationError(
                "this cannot be undone and needs consent: give --yes and --password-file FILE "
                    + "(or \(Session.passwordVariable))"
            )
        }
        if !options.yes { try confirm(try await losses()) }
        let password = try file.map(password) ?? Prompt.password("Password: ")
        return Consent(acknowledged: true, password: password)
    }

    /// The request with the caller's consent. What is refused anyway is refused before anybody looks for a password.
    func consented<Request: ConsentedRequest, Answer: ProtobufMessage>(
        _ request: Request, _ options: ConsentOptions, losses: [String],
        _ call: (Request, CallOptions) async throws(RPCError) -> Answer
    ) async throws -> Request {
        if lacksConsent(options), settings.requestID == nil { try await refuseEarly(request, call) }
        var request = request
        request.consent = try await consent(options) { losses }
        return request
    }

    private func refuseEarly<Request: ConsentedRequest, Answer: ProtobufMessage>(
        _ request: Request, _ call: (Request, CallOptions) async throws(RPCError) -> Answer
    ) async throws {
        var trial = request
        trial.requestID = HoldpointClient.newRequestID()
        trial.validateOnly = true
        do throws(RPCError) {
            _ = try await call(trial, callOptions)
        } catch {
            guard onlyLacksConsent(error) else { throw error }
        }
    }

    /// Whether a change that was tried without a consent will be made with one, after waiting if that is asked for.
    func onlyLacksConsent(_ error: RPCError) -> Bool {
        error.reason == "CONSENT_REQUIRED" || error.busyOperationID != nil && settings.waitsWhileBusy
    }

    private func confirm(_ losses: [String]) throws {
        let lines = losses.map { "  " + Printable.line($0) + "\n" }.joined()
        StandardStreams.error(lines.isEmpty ? "" : "This cannot be undone:\n" + lines)
        guard try Prompt.line("Type yes to go on: ") == "yes" else {
            throw RPCError(.permissionDenied, "not confirmed; nothing was done", reason: "CONSENT_REQUIRED")
        }
    }

    /// The password in a file's first line.
    func password(_ file: String) throws -> String {
        let password = try TextFile.secret(file, limitBytes: Session.longestPasswordFileBytes)
        guard !password.isEmpty else { throw ValidationError("\(file): no password in its first line") }
        return password
    }
}
