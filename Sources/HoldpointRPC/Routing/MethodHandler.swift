public import ProtobufC

/// A registered method, without its types: how a request's bytes become work.
public struct MethodHandler: Sendable {
    /// Whether requests and responses are streams.
    public struct Shape: Hashable, Sendable {
        public var streamsRequests: Bool
        public var streamsResponses: Bool

        public static let unary = Shape(streamsRequests: false, streamsResponses: false)
        public static let serverStreaming = Shape(streamsRequests: false, streamsResponses: true)
        public static let clientStreaming = Shape(streamsRequests: true, streamsResponses: false)
        public static let bidirectional = Shape(streamsRequests: true, streamsResponses: true)
    }

    typealias Decoding = @Sendable (UnsafeRawBufferPointer, Arena) throws(MessageError) -> HandlerBody

    /// Full name: `holdpoint.v1.VolumeService/CreateVolume`.
    public let name: String
    public let shape: Shape
    public let options: MethodOptions
    private let decode: Decoding
    /// The one that is asked first is the last.
    private var decorators: [any CallDecorator] = [CredentialDecorator()]

    init(name: String, shape: Shape, options: MethodOptions, decode: @escaping Decoding) {
        self.name = name
        self.shape = shape
        self.options = options
        self.decode = decode
    }

    /// Whether a call may be waited for when the server ends. A stream without a natural end is cancelled at once.
    public var hasNaturalEnd: Bool { shape == .unary || options.hasNaturalEnd }

    func decorated(by decorator: any CallDecorator) -> MethodHandler {
        var decorated = self
        decorated.decorators.append(decorator)
        return decorated
    }

    /// Decides whether a caller may call it this way, before anything of the request is read.
    ///
    /// - Parameter streamsRequests: the caller's requests come as a stream.
    /// - Throws: what the caller is answered.
    public func admit(_ caller: Caller, streamsRequests: Bool) throws(RPCError) {
        for decorator in decorators.reversed() { try decorator.admit(self, caller) }
        guard streamsRequests == shape.streamsRequests else {
            throw RPCError(
                .unimplemented, "\(name) takes \(shape.streamsRequests ? "a stream of requests" : "one request")")
        }
    }

    /// Reads the request, now; nothing of the bytes or the scratch memory is kept.
    ///
    /// - Throws: `INVALID_ARGUMENT` with what is wrong with the request.
    public func body(payload: UnsafeRawBufferPointer, scratch: MessageScratch) throws(RPCError) -> HandlerBody {
        do {
            let body = try decode(payload, scratch.arena)
            // The first decorator only admits.
            guard decorators.count > 1 else { return body }
            return decorators.dropFirst().reduce(body) { body, decorator in
                { context, source, sink in
                    try await decorator.perform(context) { try await body(context, source, sink) }
                }
            }
        } catch {
            throw RPCError(badRequest: error)
        }
    }
}

/// A handler with its request: runs the call. It takes a stream's requests from the source, and puts a stream's
/// responses into the sink; otherwise it returns the response.
public typealias HandlerBody =
    @Sendable (CallContext, any RequestSource, any ResponseSink) async throws -> (any RPCMessage)?
