internal import ProtobufC

/// Which handler answers which method. Built once, before the server starts; then shared.
public struct Router: CallHandler {
    private var table = MethodTable()

    public init() {}

    /// - Precondition: no method of that name is registered; a mistake of the program, found at its start.
    public mutating func unary<Request, Response>(
        _ method: UnaryMethod<Request, Response>,
        _ body: @escaping @Sendable (Request, CallContext) async throws -> Response
    ) {
        register(method.name, .unary, method.options) { (bytes, arena) throws(MessageError) in
            let request = try Request(serialized: bytes, from: .request, arena: arena)
            return { context, _, _ in try await body(request, context) }
        }
    }

    /// - Precondition: as `unary`.
    public mutating func serverStreaming<Request, Response>(
        _ method: ServerStreamingMethod<Request, Response>,
        _ body: @escaping @Sendable (Request, CallContext, ResponseStream<Response>) async throws -> Void
    ) {
        register(method.name, .serverStreaming, method.options) { (bytes, arena) throws(MessageError) in
            let request = try Request(serialized: bytes, from: .request, arena: arena)
            return { context, _, sink in
                try await body(request, context, ResponseStream(sink))
                return nil
            }
        }
    }

    /// - Precondition: as `unary`.
    public mutating func clientStreaming<Request, Response>(
        _ method: ClientStreamingMethod<Request, Response>,
        _ body: @escaping @Sendable (RequestSequence<Request>, CallContext) async throws -> Response
    ) {
        register(method.name, .clientStreaming, method.options) { (bytes, _) throws(MessageError) in
            try Self.requireNothing(bytes)
            return { context, source, _ in try await body(RequestSequence(source), context) }
        }
    }

    /// - Precondition: as `unary`.
    public mutating func bidirectional<Request, Response>(
        _ method: BidirectionalMethod<Request, Response>,
        _ body:
            @escaping @Sendable (RequestSequence<Request>, CallContext, ResponseStream<Response>) async throws ->
            Void
    ) {
        register(method.name, .bidirectional, method.options) { (bytes, _) throws(MessageError) in
            try Self.requireNothing(bytes)
            return { context, source, sink in
                try await body(RequestSequence(source), context, ResponseStream(sink))
                return nil
            }
        }
    }

    /// Every request of a stream is an item of it.
    private static func requireNothing(_ payload: UnsafeRawBufferPointer) throws(MessageError) {
        guard payload.isEmpty else {
            throw .malformed("a stream's requests come as items, and its first frame has no payload")
        }
    }

    /// Registers every method of a service.
    public mutating func register(_ service: some RPCService) {
        service.register(in: &self)
    }

    /// Allocates nothing.
    public func handler(name: UnsafeRawBufferPointer) -> MethodHandler? {
        table.handler(name: name)
    }

    private mutating func register(
        _ name: String, _ shape: MethodHandler.Shape, _ options: MethodOptions,
        decode: @escaping MethodHandler.Decoding
    ) {
        let isNew = table.insert(MethodHandler(name: name, shape: shape, options: options, decode: decode))
        precondition(isNew, "\(name) is registered twice")
    }
}
