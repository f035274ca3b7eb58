/// Calls a router's handlers in the same process: messages are serialized and parsed as on the wire, without frames.
///
/// Handlers, errors, deadlines, cancellation and flow control behave as over a connection, so scenarios run on both.
public struct InProcessChannel: RPCChannel {
    private let router: Router
    private let caller: Caller
    private let errorMapping: any ErrorMapping
    private let drain: DrainSignal?

    /// - Parameter caller: who calls; without a principal only methods that need no credential are open.
    public init(
        router: Router, caller: Caller, errorMapping: any ErrorMapping = OpaqueErrorMapping(),
        drain: DrainSignal? = nil
    ) {
        self.router = router
        self.caller = caller
        self.errorMapping = errorMapping
        self.drain = drain
    }

    public func unary(method: String, payload: [UInt8], options: CallOptions) async throws(RPCError) -> [UInt8] {
        let body = try handlerBody(method: method, payload: payload, isStreaming: false)
        let context = context(method: method, options: options)
        let slot = AnswerSlot()
        let call = InProcessCall { slot.fill($0) }
        call.run(body, context: context, sink: ClosedSink(), mapping: errorMapping)
        let result = await withTaskCancellationHandler {
            await slot.value()
        } onCancel: {
            call.interrupt(.cancelled)
        }
        return try result.get()
    }

    public func serverStreaming(method: String, payload: [UInt8], options: CallOptions) -> ResponseBytes {
        ResponseBytes { () throws(RPCError) in
            let body = try handlerBody(method: method, payload: payload, isStreaming: true)
            return begin(body, context: context(method: method, options: options))
        }
    }

    private func begin(_ body: @escaping HandlerBody, context: CallContext) -> any ResponseSource {
        let gate = CreditGate()
        let cancellation = CallReference()
        let queue = ItemQueue(
            onConsumed: { gate.giveBack(payloadByteCount: $0) }, onCancel: { cancellation.interrupt(.cancelled) })
        let call = InProcessCall { result in
            gate.close()
            if case .failure(let error) = result { queue.finish(error) } else { queue.finish(nil) }
        }
        cancellation.set(call)
        call.run(body, context: context, sink: InProcessSink(gate: gate, queue: queue), mapping: errorMapping)
        return queue
    }

    private func context(method: String, options: CallOptions) -> CallContext {
        CallContext(
            method: method, deadline: options.timeout.map { .now + $0 }, metadata: options.metadata, caller: caller,
            drain: drain)
    }

    private func handlerBody(
        method: String, payload: [UInt8], isStreaming: Bool
    ) throws(RPCError) -> HandlerBody {
        guard let handler = router.handler(name: method) else { throw .unknownMethod(method) }
        guard caller.principal != nil || !handler.requiresCredential else { throw .unauthenticated }
        guard handler.isStreaming == isStreaming else {
            throw RPCError(.unimplemented, "\(method) is \(handler.isStreaming ? "a stream" : "unary")")
        }
        let body = payload.withUnsafeBytes { bytes in
            Result { () throws(RPCError) in try handler.body(payload: bytes, scratch: MessageScratch()) }
        }
        return try body.get()
    }
}
