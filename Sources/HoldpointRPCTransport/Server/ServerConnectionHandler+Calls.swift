internal import HoldpointRPC
internal import NIOCore

extension ServerConnectionHandler {
    /// Reads a request and starts its handler, which may end before this returns.
    func begin(_ callID: UInt32, _ request: IncomingRequest, arrival: ContinuousClock.Instant) {
        guard let caller, state.isOpen(callID) else { return }
        do throws(RPCError) {
            let handler = try handler(of: request, for: caller)
            loop.scratch.reset()
            let body = try handler.body(payload: request.payload, scratch: loop.scratch)
            let decodedBytes = loop.scratch.usedBytes
            guard shared.reserveDecoded(decodedBytes) else { throw .outOfMemory }
            let call = RunningCall(
                callID: callID, handler: handler, arrival: arrival, decodedBytes: decodedBytes,
                requests: requests[callID])
            run(call, body, try context(of: request, handler: handler, caller: caller, arrival: arrival))
        } catch {
            answer(callID, failure: error.status)
            requests[callID] = nil
            state.handlerEnded(callID)
            if tellsCalls { tell(of: Self.echo(request.method), since: arrival, outcome: error.status.shortName) }
        }
    }

    private func handler(of request: IncomingRequest, for caller: Caller) throws(RPCError) -> MethodHandler {
        guard let handler = shared.handler.handler(name: request.method) else {
            throw .unknownMethod(Self.echo(request.method))
        }
        try handler.admit(caller, streamsRequests: request.isStreaming)
        return handler
    }

    /// Bytes of a method's name that are repeated in the answer that there is none, and in the log.
    private static let longestEchoedName = 128

    private static func echo(_ method: some Collection<UInt8>) -> String {
        String(decoding: method.prefix(longestEchoedName), as: UTF8.self)
    }

    private func context(
        of request: IncomingRequest, handler: MethodHandler, caller: Caller, arrival: ContinuousClock.Instant
    ) throws(RPCError) -> CallContext {
        let timeout = request.timeoutMilliseconds
        do {
            return CallContext(
                method: handler.name, deadline: timeout == 0 ? nil : arrival + .milliseconds(timeout),
                metadata: try request.metadata.copied(), caller: caller, drain: shared.drain)
        } catch {
            throw RPCError(.invalidArgument, error.description)
        }
    }

    private func run(_ call: RunningCall, _ body: @escaping HandlerBody, _ context: CallContext) {
        let callID = call.callID
        let bound = bound
        calls[callID] = call
        if let deadline = context.deadline {
            call.deadline = loop.timers.schedule(after: max(.zero, deadline - loop.now)) {
                self.interrupt(callID, .deadlineExceeded)
            }
        }
        let sink: any ResponseSink =
            call.handler.shape.streamsResponses
            ? ConnectionSink(connection: bound, loop: loop, callID: callID) : ClosedSink()
        let source: any RequestSource = call.requests.map { QueuedSource($0) } ?? ClosedSource()
        // Immediate: a handler that never waits runs here as a plain call, and its answer joins this turn's write.
        call.task = Task.immediate(executorPreference: loop) {
            let result: Result<(any RPCMessage)?, any Error>
            do {
                result = .success(try await body(context, source, sink))
            } catch {
                result = .failure(error)
            }
            bound.value.handlerEnded(callID, result)
        }
        if call.interruption != nil { call.task?.cancel() }
    }

    /// The handler has returned; answers unless the call was answered before.
    private func handlerEnded(_ callID: UInt32, _ result: Result<(any RPCMessage)?, any Error>) {
        guard let call = calls.removeValue(forKey: callID) else { return }
        call.deadline.map(loop.timers.cancel)
        call.dismissWaiting()
        if call.requests != nil { requests[callID] = nil }
        shared.releaseDecoded(call.decodedBytes)
        if phase == .active, state.isOpen(callID) { answer(call, result) }
        if tellsCalls { tell(of: call, result) }
        state.handlerEnded(callID)
        callEnded()
    }

    private func answer(_ call: RunningCall, _ result: Result<(any RPCMessage)?, any Error>) {
        switch result {
        case .success(let message):
            if call.handler.shape.streamsResponses, let interruption = call.interruption {
                answer(call.callID, failure: interruption.status)
            } else {
                answer(call.callID, message)
            }
        case .failure(let error):
            let status = Status(
                handlerError: error, interruption: call.interruption, mapping: shared.configuration.errorMapping)
            answer(call.callID, failure: status)
        }
    }

    /// Answers at once and stops the handler; its slot is free when it has ended.
    func interrupt(_ callID: UInt32, _ reason: RPCError) {
        answer(callID, failure: reason.status)
        if let call = calls[callID] {
            call.interrupt(reason)
            call.dismissWaiting()
        } else if let index = deferred.firstIndex(where: { $0.callID == callID }) {
            deferred.remove(at: index)
            requests[callID] = nil
            state.handlerEnded(callID)
            callEnded()
        }
    }

    private func callEnded() {
        accountForInput()
        closeIfOver()
        forgetIfOver()
        if state.idleLimit != nil, state.liveCallCount == 0 { armCheck() }
    }

    private func answer(_ callID: UInt32, _ message: (any RPCMessage)?) {
        guard state.answer(callID, now: loop.now) else { return }
        do throws(RPCError) {
            loop.scratch.reset()
            let payload = try message.map { message throws(RPCError) in try loop.scratch.payload(message) }
            let frame = OutgoingFrame.response(callID: callID, status: .none, payload: payload ?? .none)
            guard frame.frameByteCount <= state.peer.frameBytes else {
                throw .responseTooLarge(limit: state.peer.frameBytes)
            }
            append(frame)
        } catch {
            append(response(callID, failure: error.status))
        }
    }

    func answer(_ callID: UInt32, failure status: Status) {
        guard state.answer(callID, now: loop.now) else { return }
        append(response(callID, failure: status))
    }

    /// A Response with a status; cut down to code, reason and message if it is over the peer's limit.
    func response(_ callID: UInt32, failure status: Status) -> OutgoingFrame {
        let frame = message(status) { .response(callID: callID, status: $0, payload: .none) }
        if frame.frameByteCount <= state.peer.frameBytes { return frame }
        let short = RPCError(status.code, String(status.message.prefix(200)), reason: String(status.reason.prefix(200)))
        return message(short.status) { .response(callID: callID, status: $0, payload: .none) }
    }
}

extension RPCError {
    /// The requests in work need as much memory as they may.
    fileprivate static let outOfMemory = RPCError(
        .resourceExhausted, "the requests in work need as much memory as they may", reason: RPCReason.overloaded)
}
