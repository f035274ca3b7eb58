internal import ProtobufC

/// The way to a server: a connection, or the same process. Generated clients call through it. Safe from any thread.
public protocol RPCChannel: Sendable {
    /// One request, one response.
    ///
    /// - Throws: the status that the server answered; `CANCELLED` when the task is cancelled; `DEADLINE_EXCEEDED` when
    ///   `options.timeout` is over; `UNAVAILABLE` when nothing was done; `UNKNOWN` with `OUTCOME_UNKNOWN` when the
    ///   connection was lost after sending.
    func unary<Request, Response>(
        _ method: UnaryMethod<Request, Response>, _ request: Request, options: CallOptions
    ) async throws(RPCError) -> Response

    /// One request, a stream of responses. The call starts when the sequence is iterated.
    func serverStreaming<Request, Response>(
        _ method: ServerStreamingMethod<Request, Response>, _ request: Request, options: CallOptions
    ) -> ResponseSequence<Response>

    /// As `unary`, with bytes for messages; for callers that know the method only at run time.
    func unary(method: String, payload: [UInt8], options: CallOptions) async throws(RPCError) -> [UInt8]

    /// As `serverStreaming`, with bytes for messages. `begin` starts the call.
    func serverStreaming(method: String, payload: [UInt8], options: CallOptions) -> ResponseBytes

    /// A stream of requests, one response, with bytes for messages. Never made twice: what was sent is gone.
    ///
    /// - Parameter produce: sends the requests; runs beside the call, and is cancelled when the call has ended.
    /// - Throws: `RPCError` as `unary`; what `produce` throws, and then the call was given up.
    func clientStreaming(
        method: String, options: CallOptions, _ produce: @escaping RequestProducer
    ) async throws -> [UInt8]

    /// A stream of requests and one of responses, with bytes for messages. The call starts when the sequence is
    /// iterated.
    func bidirectional(
        method: String, options: CallOptions, _ produce: @escaping RequestProducer
    ) -> ResponseBytes
}

extension RPCChannel {
    public func unary<Request, Response>(
        _ method: UnaryMethod<Request, Response>, _ request: Request, options: CallOptions
    ) async throws(RPCError) -> Response {
        let payload = try request.requestBytes()
        let answer = try await unary(method: method.name, payload: payload, options: options)
        return try Response(answer: answer)
    }

    public func serverStreaming<Request, Response>(
        _ method: ServerStreamingMethod<Request, Response>, _ request: Request, options: CallOptions
    ) -> ResponseSequence<Response> {
        do {
            return ResponseSequence(
                serverStreaming(method: method.name, payload: try request.requestBytes(), options: options))
        } catch {
            return ResponseSequence(ResponseBytes(failed: error))
        }
    }
}

extension RPCChannel {
    /// A stream of requests, one response.
    ///
    /// - Parameter produce: sends the requests; its end is the stream's.
    /// - Throws: as `unary`; what `produce` throws, and then the call was given up.
    public func clientStreaming<Request, Response>(
        _ method: ClientStreamingMethod<Request, Response>, options: CallOptions,
        _ produce: @escaping @Sendable (RequestStream<Request>) async throws -> Void
    ) async throws -> Response {
        let answer = try await clientStreaming(method: method.name, options: options) {
            try await produce(RequestStream($0))
        }
        return try Response(answer: answer)
    }

    /// A stream of requests and one of responses, each at its own pace. The call starts when the sequence is iterated.
    public func bidirectional<Request, Response>(
        _ method: BidirectionalMethod<Request, Response>, options: CallOptions,
        _ produce: @escaping @Sendable (RequestStream<Request>) async throws -> Void
    ) -> ResponseSequence<Response> {
        ResponseSequence(
            bidirectional(method: method.name, options: options) { try await produce(RequestStream($0)) })
    }
}

extension ProtobufMessage {
    /// What a client sends.
    func requestBytes() throws(RPCError) -> [UInt8] {
        do {
            return try serialized()
        } catch {
            throw RPCError(.invalidArgument, "the request cannot be sent: \(error.description)")
        }
    }

    /// What a client received.
    init(answer bytes: [UInt8]) throws(RPCError) {
        do {
            self = try Self(serialized: bytes, from: .response)
        } catch {
            throw RPCError(.internal, "the answer cannot be read: \(error.description)")
        }
    }
}
