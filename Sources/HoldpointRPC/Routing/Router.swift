internal import ProtobufC

/// Which handler answers which method. Built once, before the server starts; then shared.
public struct Router: Sendable {
    /// Methods that need no credential have names that begin so.
    public static let openServicePrefix = "holdpoint.v1.HealthService/"

    private var table = MethodTable()

    public init() {}

    /// - Precondition: no method of that name is registered; a mistake of the program, found at its start.
    public mutating func unary<Request, Response>(
        _ method: UnaryMethod<Request, Response>,
        _ body: @escaping @Sendable (Request, CallContext) async throws -> Response
    ) {
        register(name: method.name, isStreaming: false, hasNaturalEnd: true) { (bytes, arena) throws(MessageError) in
            let request = try Request(serialized: bytes, from: .request, arena: arena)
            return { context, _ in try await body(request, context) }
        }
    }

    /// - Precondition: as `unary`.
    public mutating func serverStreaming<Request, Response>(
        _ method: ServerStreamingMethod<Request, Response>,
        _ body: @escaping @Sendable (Request, CallContext, ResponseStream<Response>) async throws -> Void
    ) {
        register(name: method.name, isStreaming: true, hasNaturalEnd: method.hasNaturalEnd) {
            (bytes, arena) throws(MessageError) in
            let request = try Request(serialized: bytes, from: .request, arena: arena)
            return { context, sink in
                try await body(request, context, ResponseStream(sink))
                return nil
            }
        }
    }

    /// Registers every method of a service.
    public mutating func register(_ service: some RPCService) {
        service.register(in: &self)
    }

    /// The handler of a method whose whole name equals the bytes (UTF-8); nil: unknown. Allocates nothing.
    public func handler(name: UnsafeRawBufferPointer) -> MethodHandler? {
        table.handler(name: name)
    }

    /// The same by a string.
    public func handler(name: String) -> MethodHandler? {
        var name = name
        return name.withUTF8 { table.handler(name: UnsafeRawBufferPointer($0)) }
    }

    private mutating func register(
        name: String, isStreaming: Bool, hasNaturalEnd: Bool,
        decode: @escaping @Sendable (UnsafeRawBufferPointer, Arena) throws(MessageError) -> HandlerBody
    ) {
        let isNew = table.insert(
            MethodHandler(name: name, isStreaming: isStreaming, hasNaturalEnd: hasNaturalEnd, decode: decode))
        precondition(isNew, "\(name) is registered twice")
    }
}
