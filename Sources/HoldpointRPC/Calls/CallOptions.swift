/// How a client wants one call to be made.
public struct CallOptions: Sendable {
    /// Time for the whole call, retries included; nil: no limit. Travels to the server, which stops the handler.
    public var timeout: Duration?
    /// Keys and values beside the request; at most 8 KiB.
    public var metadata: [Metadata]
    /// Whether the library asks again after `UNAVAILABLE` and after a connection lost. Safe for every method: mutations
    /// carry a request id.
    public var retries: Bool

    public init(timeout: Duration? = nil, metadata: [Metadata] = [], retries: Bool = true) {
        self.timeout = timeout
        self.metadata = metadata
        self.retries = retries
    }
}
