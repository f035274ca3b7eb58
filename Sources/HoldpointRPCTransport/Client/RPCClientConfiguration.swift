public import HoldpointRPC

/// What a client is told at its start.
public struct RPCClientConfiguration: Sendable {
    /// Name and version, for the Hello: `holdpoint/1.0`.
    public var software = "holdpoint-client"
    /// Largest frame that the client takes, bytes: 64 KiB to 64 MiB.
    public var frameBytes = ProtocolLimits.defaultFrameBytes
    /// First credit of every stream, bytes: 64 KiB to 16 MiB. A consumer that is slow holds at most as much.
    public var streamWindowBytes = ProtocolLimits.defaultStreamWindowBytes
    /// Silence after which the client pings; nil: never.
    public var keepalive: Duration? = .seconds(15)
    public var connectTimeout = Duration.seconds(5)
    /// Time for the server's Hello.
    public var helloTimeout = Duration.seconds(10)
    public var retryPolicy = RetryPolicy()
    /// First id of each connection; other than 1 only to reach the last id in tests.
    public var firstCallID: UInt32 = 1

    public init() {}
}
