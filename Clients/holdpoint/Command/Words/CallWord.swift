import ArgumentParser
import HoldpointClient

/// `holdpoint call METHOD JSON`
struct CallWord: AsyncParsableCommand {
    /// Longest request that is read from standard input, bytes.
    static let longestRequestBytes = 4 << 20

    static let configuration = CommandConfiguration(
        commandName: "call", abstract: "Call any method with JSON, and print its answer as JSON.",
        discussion: "A request id is made where the JSON has none. METHOD \"list\" prints all methods.")

    @Argument(help: "holdpoint.v1.VolumeService/GetVolume, or without the package.")
    var method: String

    @Argument(help: "The request, proto3 JSON; -: standard input.")
    var json = "{}"

    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("call \(method)") { session in
            try session.refuseDryRun()
            guard method != "list" else { return StandardStreams.output(RawMethod.names.map { $0 + "\n" }.joined()) }
            guard let method = RawMethod(named: method) else {
                throw ValidationError("there is no such method; 'holdpoint call list' prints all of them")
            }
            try await call(method, session)
        }
    }

    private func call(_ method: RawMethod, _ session: Session) async throws {
        let text = json == "-" ? try TextFile.read("-", limitBytes: CallWord.longestRequestBytes) : json
        let request = try identified(text, method, session)
        let isStream = method.isStreaming
        // A stream has no end of its own, so its time is not limited.
        let options = isStream ? CallOptions() : session.callOptions
        let format = session.settings.output
        try await session.client.call(method, json: request, options: options) { answer in
            let isLine = isStream && format != .yaml
            StandardStreams.output(isLine ? answer + "\n" : Printer.text(try tree(answer), format == .yaml ? .yaml : .json))
            if StandardStreams.isOutputClosed { throw ReportedFailure(exit: .success) }
        }
        Interruption.settled()
    }

    /// The request with an id, if it takes one and has none.
    private func identified(_ text: String, _ method: RawMethod, _ session: Session) throws -> String {
        guard method.takesRequestID else { return text }
        var request = try tree(text)
        guard case .object = request else { throw ValidationError("the request is no JSON object") }
        let given = session.settings.requestID
        if given != nil || request["requestId"] == nil && request["request_id"] == nil {
            let id = given ?? HoldpointClient.newRequestID()
            request = request.setting("requestId", .string(id))
            Interruption.asked(id)
        }
        return request.compact
    }

    private func tree(_ text: String) throws -> JSONValue {
        do {
            return try JSONReader.read(text)
        } catch {
            throw ValidationError("the request is no JSON: \(error.description)")
        }
    }
}
