/// What a server allows each connection; flags of the server.
public struct ServerLimits: Sendable {
    /// Largest frame that the server takes, bytes, of a connection with a credential. Others: 64 KiB.
    public var frameBytes = ProtocolLimits.defaultFrameBytes
    /// Calls in flight on a connection.
    public var calls = 1_024
    /// Received bytes that a connection may hold: partial frame and live requests. Counts as twice a frame if it is
    /// less, or half a frame beside a stream that never ends would stop the connection for ever.
    public var receivedBytes = 16 << 20
    /// Received bytes that all connections of the process may hold.
    public var processReceivedBytes = 1 << 30
    /// Connections at once; more are closed as they come.
    public var connections = 16_384
    /// Time for the client's Hello and the check of its credential.
    public var helloTimeout = Duration.seconds(10)
    /// Silence after which the server pings; nil: never.
    public var keepalive: Duration? = .seconds(15)
    /// Time without calls after which the connection is closed; nil: never.
    public var idle: Duration?
    /// The same for a connection without a credential.
    public var idleWithoutCredential = Duration.seconds(60)
    /// Waiting outbound bytes over which no new Request is taken.
    public var outboundBytes = 1 << 20
    /// Waiting outbound bytes over which the connection is closed.
    public var outboundBytesAtMost = 16 << 20
    /// Time that waiting outbound bytes may stand still before the connection is closed.
    public var outboundStall = Duration.seconds(30)
    /// Time that reading may be paused for the process' limit before the connection is closed.
    public var memoryStall = Duration.seconds(30)
    /// Time that input is discarded after a GoAway before the connection is closed.
    public var lingering = Duration.seconds(1)
    /// Time that the calls of a peer have that has shut its write side.
    public var lastCalls = Duration.seconds(30)
    /// Time that a stream without a natural end has to end itself when the server drains.
    public var streamFarewell = Duration.seconds(1)

    public init() {}

    /// What holds for a connection.
    package var receivedBytesPerConnection: Int { max(receivedBytes, 2 * frameBytes) }
}
