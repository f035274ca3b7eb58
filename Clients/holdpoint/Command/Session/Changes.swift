import HoldpointClient

extension Session {
    /// Makes a mutation, waits for its operation, and prints the resource as it is then.
    ///
    /// - Parameter makesResource: the resource does not exist before.
    func change<Request: ChangeRequest, Answer: ResourceAnswer>(
        _ request: Request, makesResource: Bool = Request.self is any CreationRequest.Type,
        _ call: (Request, CallOptions) async throws(RPCError) -> Answer
    ) async throws where Answer.Resource: Showable {
        let start = ContinuousClock.now
        let answer = try await send(request, call)
        var warnings = answer.warnings
        warn(warnings)
        if settings.dryRun { return try foresee(answer.resource, isNew: makesResource, warnings) }
        guard let operation = answer.operation else {
            return try printer.answer(answer.resource, warnings: warnings)
        }
        guard settings.waits else { return try printer.answer(operation, warnings: warnings) }
        let ended = try await finished(operation)
        explain("\(what): done, and durable, \(DurationText.measured(start.duration(to: .now))) after it was asked for")
        let late = ended.warnings.filter { !warnings.contains($0) }
        warn(late)
        warnings += late
        guard let id = answer.resource?.id ?? ended.targetIDs.first else {
            return try printer.answer(ended, warnings: warnings)
        }
        try printer.answer(try await Answer.Resource.get(id, from: client, callOptions), warnings: warnings)
    }

    /// Makes a mutation's call, with its id and what the options say about all mutations.
    func send<Request: ChangeRequest, Answer: ProtobufMessage>(
        _ request: Request, _ call: (Request, CallOptions) async throws(RPCError) -> Answer
    ) async throws -> Answer {
        var request = request
        request.requestID = settings.requestID ?? HoldpointClient.newRequestID()
        request.validateOnly = settings.dryRun
        Interruption.asked(request.requestID, again: again)
        defer { Interruption.settled() }
        explain("\(what): request id \(request.requestID) to \(settings.endpoint)")
        do {
            return try await waitingIfAsked { () throws(RPCError) in try await call(request, callOptions) }
        } catch {
            let failure = CommandFailure(changing: what, error)
            throw failure.exit == .outcomeUnknown ? failure.repeatable(request.requestID, again: again) : failure
        }
    }

    /// Prints what a dry run found: nothing is under way, and what would be made has no id yet.
    private func foresee(_ resource: (some Showable & HoldpointResource)?, isNew: Bool, _ warnings: [Warning]) throws {
        beginDryRun()
        guard var resource else { return try printer.warnings(warnings) }
        (resource.operationID, resource.revision, resource.etag) = ("", 0, "")
        if isNew {
            (resource.id, resource.createTime, resource.stateSince) = ("", nil, nil)
            resource.forgetParts()
        }
        try printer.answer(resource, warnings: warnings)
    }

    /// A dry run's first line: with what is for people, or beside what is for machines.
    func beginDryRun() {
        let line = "dry run: nothing is changed"
        if printer.format == .table { StandardStreams.output(line + "\n") } else { note(line) }
    }

    /// Makes a call that changes something and has no request id of its own: it is safe to make it again as it is.
    func sendUnnamed<Answer>(
        _ call: (CallOptions) async throws(RPCError) -> Answer
    ) async throws -> Answer {
        do {
            return try await call(callOptions)
        } catch {
            throw CommandFailure(changing: what, error)
        }
    }

    /// Makes a call; with `--wait-busy` again and again while an operation is in the way.
    func waitingIfAsked<Answer>(
        _ call: () async throws(RPCError) -> Answer
    ) async throws(RPCError) -> Answer {
        guard settings.waitsWhileBusy else { return try await call() }
        return try await client.waitingWhileBusy(timeout: settings.waitTimeout, call)
    }

    /// Waits for an operation and shows how far it is.
    ///
    /// - Throws: `CommandFailure` if it ended in any other way than `SUCCEEDED`, or the time for waiting is over.
    func finished(_ operation: Operation) async throws -> Operation {
        let ended = try await ended(operation)
        guard ended.state == .succeeded else { throw CommandFailure(what, ended: ended, titles: titles) }
        return ended
    }

    /// The same, however it ended.
    func ended(_ operation: Operation) async throws -> Operation {
        Interruption.began(operation.id)
        defer { Interruption.settled() }
        let progress = ProgressReporter(progressStyle, titles: titles)
        defer { progress.finish() }
        let start = ContinuousClock.now
        progress.report(operation)
        do {
            let ended = try await client.wait(for: operation, timeout: settings.waitTimeout) { progress.report($0) }
            explain("\(operation.id) ended after \(DurationText.text(start.duration(to: .now)))")
            return ended
        } catch {
            let failure = CommandFailure(what, error.status)
            throw failure.exit == .outcomeUnknown ? failure.resumable(operation.id) : failure
        }
    }

    private var progressStyle: ProgressReporter.Style {
        if settings.loudness == .quiet || settings.output == .json { return .silent }
        return terminal.showsProgress ? .bar : .lines
    }
}

extension Printer {
    /// A server that has no resource to show, because nothing was made, leaves the warnings.
    fileprivate func answer(_ resource: (some Presentable)?, warnings: [Warning]) throws {
        if let resource { return try answer(resource, warnings: warnings) }
        try self.warnings(warnings)
    }

    /// An answer that is nothing but its warnings; people have seen them already.
    func warnings(_ warnings: [Warning]) throws {
        guard format != .table, format != .name else { return }
        let list = JSONValue.array(try warnings.map { try $0.tree() })
        StandardStreams.output(Printer.text(.object([.init(name: "warnings", value: list)]), format))
    }
}
