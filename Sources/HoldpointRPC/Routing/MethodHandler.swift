public import ProtobufC

/// A registered method, without its types: how a request's bytes become work.
public struct MethodHandler: Sendable {
    /// Full name: `holdpoint.v1.VolumeService/CreateVolume`.
    public let name: String
    /// Whether the answer is a stream.
    public let isStreaming: Bool
    private let decode: @Sendable (UnsafeRawBufferPointer, Arena) throws(MessageError) -> HandlerBody

    init(
        name: String, isStreaming: Bool,
        decode: @escaping @Sendable (UnsafeRawBufferPointer, Arena) throws(MessageError) -> HandlerBody
    ) {
        self.name = name
        self.isStreaming = isStreaming
        self.decode = decode
    }

    /// Whether only callers with a credential may call it: all but Health.
    public var requiresCredential: Bool { !name.hasPrefix(Router.openServicePrefix) }

    /// Reads the request, now; nothing of the bytes or the arena is kept.
    ///
    /// - Throws: what is wrong with the request; the answer is `INVALID_ARGUMENT`.
    public func body(payload: UnsafeRawBufferPointer, arena: Arena) throws(MessageError) -> HandlerBody {
        try decode(payload, arena)
    }
}

/// A handler with its request: runs the call. A unary one returns the response, a streaming one nil after its last item.
public typealias HandlerBody =
    @Sendable (CallContext, any ResponseSink) async throws -> (any ProtobufMessage)?
