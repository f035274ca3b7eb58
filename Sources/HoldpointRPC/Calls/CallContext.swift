/// What a handler knows about its call beside the request.
public struct CallContext: Sendable {
    /// Full name of the called method.
    public let method: String
    /// When the call's time is over; its task is cancelled then. Nil: no limit.
    public let deadline: ContinuousClock.Instant?
    /// Keys and values that the client sent beside the request; at most 8 KiB.
    public let metadata: [Metadata]
    public let caller: Caller
    private let drain: DrainSignal?

    public init(
        method: String, deadline: ContinuousClock.Instant? = nil, metadata: [Metadata] = [], caller: Caller,
        drain: DrainSignal? = nil
    ) {
        self.method = method
        self.deadline = deadline
        self.metadata = metadata
        self.caller = caller
        self.drain = drain
    }

    /// Whether the server is about to end. A stream's task is cancelled then; while this is true the handler may still
    /// send a last item within its credit, and choose the status by throwing an `RPCError`.
    public var isDraining: Bool { drain?.isRaised ?? false }
}
