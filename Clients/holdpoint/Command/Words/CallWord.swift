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
        let (request, requestID) = try identified(text, method, session)
        // A stream has no end of its own, so its time is not limited.
        let options = method.isStreaming ? CallOptions() : session.callOptions
        do {
            try await receive(method, request, options, session)
        } catch let error as RPCError {
            guard !method.onlyReads else { throw error }
            let failure = CommandFailure(changing: session.what, error)
            guard let requestID, failure.exit == .outcomeUnknown else { throw failure }
            throw failure.repeatable(requestID)
        }
    }

    private func receive(
        _ method: RawMethod, _ request: String, _ options: CallOptions, _ session: Session
    ) async throws {
        let isYAML = session.settings.output == .yaml
        try await session.client.call(method, json: request, options: options) { answer in
            switch (isYAML, method.isStreaming) {
            case (false, true): StandardStreams.output(answer + "\n")
            case (false, false): StandardStreams.output(Printer.text(try tree(answer), .json))
            case (true, let isStream):
                StandardStreams.output((isStream ? "---\n" : "") + YAMLWriter.text(try tree(answer)))
            }
            if StandardStreams.isOutputClosed { throw ReportedFailure(exit: .success) }
        }
        Interruption.settled()
    }

    /// The request with an id, if it takes one; and that id, if it was given or made here.
    private func identified(
        _ text: String, _ method: RawMethod, _ session: Session
    ) throws -> (request: String, requestID: String?) {
        guard method.takesRequestID else { return (text, nil) }
        let request = try tree(text)
        guard case .object = request else { throw ValidationError("the request is no JSON object") }
        let isThere = request["requestId"] != nil || request["request_id"] != nil
        guard let id = session.settings.requestID ?? (isThere ? nil : HoldpointClient.newRequestID()) else {
            return (text, nil)
        }
        Interruption.asked(id)
        return (request.without("request_id").setting("requestId", .string(id)).compact, id)
    }

    private func tree(_ text: String) throws -> JSONValue {
        do {
            return try JSONReader.read(text)
        } catch {
            throw ValidationError("the request is no JSON: \(error.description)")
        }
    }
}
