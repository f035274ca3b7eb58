public import ProtobufC

/// What the RPC layer calls a message, so that the transport need not know the codec.
public typealias RPCMessage = ProtobufMessage

/// Memory in which one event loop reads requests and builds answers, one at a time. Not Sendable.
public final class MessageScratch {
    let arena = Arena()
    private var restingBytes = 0

    public init() {}

    /// Makes room for the next message; what was built before is no longer legal.
    public func reset() {
        arena.reset()
        restingBytes = arena.allocatedBytes
    }

    /// Memory that the messages since the last reset needed beyond what is kept anyway, bytes.
    public var usedBytes: Int { max(0, arena.allocatedBytes - restingBytes) }

    /// Builds a message to be packed into a frame. Legal until the next reset.
    ///
    /// - Throws: `INTERNAL` for a message that cannot be sent (a NUL in a string, over 64 MiB): our mistake.
    public func payload(_ message: any RPCMessage) throws(RPCError) -> FramePayload {
        do {
            return .message(try message.prepared(in: arena))
        } catch {
            throw RPCError(.internal, "the answer cannot be built: \(error.description)")
        }
    }
}
