/// Calls handlers in the same process: messages are serialized and parsed as on the wire, without frames.
///
/// Handlers, errors, deadlines, cancellation and flow control behave as over a connection, so scenarios run on both.
public struct InProcessChannel: RPCChannel {
    private let handler: any CallHandler
    private let caller: Caller
    private let errorMapping: any ErrorMapping
    private let drain: DrainSignal?

    /// - Parameter caller: who calls; without a principal only methods that need no credential are open.
    public init(
        handler: any CallHandler, caller: Caller, errorMapping: any ErrorMapping = OpaqueErrorMapping(),
        drain: DrainSignal? = nil
    ) {
        self.handler = handler
        self.caller = caller
        self.errorMapping = errorMapping
        self.drain = drain
    }

    public func unary(method: String, payload: [UInt8], options: CallOptions) async throws(RPCError) -> [UInt8] {
        let body = try handlerBody(.unary, method, payload)
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
            let body = try handlerBody(.serverStreaming, method, payload)
            return begin(body, context: context(method: method, options: options))
        }
    }

    public func clientStreaming(
        method: String, options: CallOptions, _ produce: @escaping RequestProducer
    ) async throws -> [UInt8] {
        let body = try handlerBody(.clientStreaming, method, [])
        let (requests, slot) = (InProcessRequests(), AnswerSlot())
        let call = InProcessCall { result in
            requests.close()
            slot.fill(result)
        }
        call.run(
            body, context: context(method: method, options: options), source: requests.source, sink: ClosedSink(),
            mapping: errorMapping)
        return try await Production.answer(
            produce, into: requests.sink, finish: { requests.finish() }, giveUp: { call.interrupt(.cancelled) }
        ) {
            await withTaskCancellationHandler {
                await slot.value()
            } onCancel: {
                call.interrupt(.cancelled)
            }
        }
    }

    public func bidirectional(
        method: String, options: CallOptions, _ produce: @escaping RequestProducer
    ) -> ResponseBytes {
        ResponseBytes { () throws(RPCError) in
            let body = try handlerBody(.bidirectional, method, [])
            return begin(body, context: context(method: method, options: options), produce)
        }
    }

    private func begin(
        _ body: @escaping HandlerBody, context: CallContext, _ produce: RequestProducer? = nil
    ) -> any ResponseSource {
        let gate = CreditGate()
        let cancellation = CallReference()
        let requests = produce.map { _ in InProcessRequests() }
        let queue = ItemQueue(
            onConsumed: { gate.giveBack(payloadByteCount: $0) }, onCancel: { cancellation.interrupt(.cancelled) })
        let producer = ProducerReference()
        let call = InProcessCall { result in
            gate.close()
            requests?.close()
            producer.cancel()
            if case .failure(let error) = result { queue.finish(error) } else { queue.finish(nil) }
        }
        cancellation.set(call)
        call.run(
            body, context: context, source: requests?.source ?? ClosedSource(),
            sink: InProcessSink(gate: gate, queue: queue), mapping: errorMapping)
        if let produce, let requests {
            producer.set(
                Production.start(
                    produce, into: requests.sink, finish: { requests.finish() },
                    giveUp: { call.interrupt(.cancelled) }))
        }
        return queue
    }

    private func context(method: String, options: CallOptions) -> CallContext {
        CallContext(
            method: method, deadline: options.timeout.map { .now + $0 }, metadata: options.metadata, caller: caller,
            drain: drain)
    }

    private func handlerBody(
        _ shape: MethodHandler.Shape, _ method: String, _ payload: [UInt8]
    ) throws(RPCError) -> HandlerBody {
        guard let handler = handler.handler(name: method) else { throw .unknownMethod(method) }
        try handler.admit(caller, streamsRequests: shape.streamsRequests)
        guard handler.shape == shape else {
            throw RPCError(
                .unimplemented, "\(method) answers with \(handler.shape.streamsResponses ? "a stream" : "one response")"
            )
        }
        let body = payload.withUnsafeBytes { bytes in
            Result { () throws(RPCError) in try handler.body(payload: bytes, scratch: MessageScratch()) }
        }
        return try body.get()
    }
}
