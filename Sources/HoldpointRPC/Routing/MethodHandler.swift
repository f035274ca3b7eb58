public import ProtobufC

/// A registered method, without its types: how a request's bytes become work.
public struct MethodHandler: Sendable {
    /// Full name: `holdpoint.v1.VolumeService/CreateVolume`.
    public let name: String
    /// Whether the answer is a stream.
    public let isStreaming: Bool
    /// Whether a call may be waited for when the server ends. A stream without a natural end is cancelled at once.
    public let hasNaturalEnd: Bool
    /// Whether only callers with a credential may call it: all but Health.
    public let requiresCredential: Bool
    private let decode: @Sendable (UnsafeRawBufferPointer, Arena) throws(MessageError) -> HandlerBody

    init(
        name: String, isStreaming: Bool, hasNaturalEnd: Bool,
        decode: @escaping @Sendable (UnsafeRawBufferPointer, Arena) throws(MessageError) -> HandlerBody
    ) {
        self.name = name
        self.isStreaming = isStreaming
        self.hasNaturalEnd = hasNaturalEnd
        requiresCredential = !name.hasPrefix(Router.openServicePrefix)
        self.decode = decode
    }

    /// Reads the request, now; nothing of the bytes or the scratch memory is kept.
    ///
    /// - Throws: `INVALID_ARGUMENT` with what is wrong with the request.
    public func body(payload: UnsafeRawBufferPointer, scratch: MessageScratch) throws(RPCError) -> HandlerBody {
        do {
            return try decode(payload, scratch.arena)
        } catch {
            throw RPCError(badRequest: error)
        }
    }
}

/// A handler with its request: runs the call. A unary one returns the response, a streaming one nil after its items.
public typealias HandlerBody =
    @Sendable (CallContext, any ResponseSink) async throws -> (any RPCMessage)?
