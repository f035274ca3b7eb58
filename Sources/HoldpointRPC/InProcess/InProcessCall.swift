internal import ProtobufC
internal import Synchronization

/// A call inside the process: a handler's task, its deadline, and its one outcome.
final class InProcessCall: Sendable {
    private struct State {
        var handler: Task<Void, Never>?
        var timer: Task<Void, Never>?
        var interruption: RPCError?
        var isOver = false
    }

    private let state = Mutex(State())
    private let answer: @Sendable (Result<[UInt8], RPCError>) -> Void

    /// - Parameter answer: called once, with the response's bytes (empty for a stream) or the status.
    init(answer: @escaping @Sendable (Result<[UInt8], RPCError>) -> Void) {
        self.answer = answer
    }

    func run(
        _ body: @escaping HandlerBody, context: CallContext, source: any RequestSource = ClosedSource(),
        sink: any ResponseSink, mapping: any ErrorMapping
    ) {
        let handler = Task {
            do {
                let response = try await body(context, source, sink)
                finish(.success(try response?.serialized() ?? []))
            } catch {
                let interruption = state.withLock { $0.interruption }
                finish(
                    .failure(
                        RPCError(status: Status(handlerError: error, interruption: interruption, mapping: mapping))))
            }
        }
        let timer = context.deadline.map { deadline in
            Task {
                guard (try? await Task.sleep(until: deadline, clock: .continuous)) != nil else { return }
                interrupt(.deadlineExceeded)
            }
        }
        adopt(handler: handler, timer: timer)
    }

    /// Answers, if nothing has, and stops the handler.
    func interrupt(_ error: RPCError) {
        let handler = state.withLock { state in
            if state.interruption == nil { state.interruption = error }
            return state.handler
        }
        finish(.failure(error))
        handler?.cancel()
    }

    /// The tasks may have ended, or the call been interrupted, before they are known here.
    private func adopt(handler: Task<Void, Never>, timer: Task<Void, Never>?) {
        let (isOver, interruption) = state.withLock { state in
            state.handler = handler
            state.timer = timer
            return (state.isOver, state.interruption)
        }
        if isOver { timer?.cancel() }
        if interruption != nil { handler.cancel() }
    }

    private func finish(_ result: Result<[UInt8], RPCError>) {
        let (isFirst, timer) = state.withLock { state in
            defer { state.isOver = true }
            return (!state.isOver, state.timer)
        }
        guard isFirst else { return }
        timer?.cancel()
        answer(result)
    }
}
