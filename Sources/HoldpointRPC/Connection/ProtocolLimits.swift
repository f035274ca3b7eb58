/// The numbers of the wire protocol that no configuration changes.
public enum ProtocolLimits {
    /// The version that this program speaks.
    public static let version: UInt32 = 1

    /// What a Hello may announce as the largest frame that its sender takes, bytes.
    public static let frameBytes = (64 << 10)...(64 << 20)
    /// The same where a Hello announces nothing.
    public static let defaultFrameBytes = 4 << 20
    /// What a client assumes before the server's Hello.
    public static let frameBytesBeforeHello = 64 << 10
    /// What a client sends at most before its Hello is read: the largest first frame, bytes.
    public static let helloBytes = 16 << 10

    /// What a Hello may announce as the first credit of every stream towards its sender, bytes.
    public static let streamWindowBytes = (64 << 10)...(16 << 20)
    /// The same where a Hello announces nothing.
    public static let defaultStreamWindowBytes = 1 << 20
    /// What a client's peer assumes before the Hello.
    public static let streamWindowBytesBeforeHello = 64 << 10
    /// What an item of a stream costs beside its payload.
    public static let itemOverheadBytes = 64
    /// The largest credit of a stream.
    public static let creditBytes = Int(Int32.max)

    /// Calls that a client may begin before the server's Hello.
    public static let callsBeforeHello = 100
    /// The last id of a connection; then the client opens a new one.
    public static let lastCallID = UInt32(Int32.max)

    /// Keys and values beside a request, bytes.
    public static let metadataBytes = 8 << 10
    /// Number of keys beside a request.
    public static let metadataEntries = 128

    /// Control frames a second beyond those that requests and items have earned.
    public static let controlFramesPerSecond = 1_000
    /// Bytes a second of items for calls that have ended, beyond those that may have been on their way.
    public static let droppedItemBytesPerSecond = defaultStreamWindowBytes
    /// Pings that may come at once; one more a second.
    public static let pingBurst = 2
    /// Pings without a pong or other bytes, after which the connection counts as lost.
    public static let unansweredPings = 2
}
