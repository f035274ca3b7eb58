public import CProtobufC

extension MessageDescriptor {
    /// Guards bytes from a peer, then unpacks them; the C struct lives until the arena's reset.
    @usableFromInline
    func unpack(
        _ bytes: UnsafeRawBufferPointer, from role: PeerRole, in arena: Arena
    ) throws(MessageError) -> UnsafeMutablePointer<ProtobufCMessage> {
        try WireGuard.check(bytes, as: self, from: role)
        return try unpackGuarded(bytes, in: arena)
    }

    /// Unpacks bytes that the guard has passed. protobuf-c does not say why it fails: here it is the budget.
    func unpackGuarded(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(MessageError) -> UnsafeMutablePointer<ProtobufCMessage> {
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let message = protobuf_c_message_unpack(pointer, arena.allocator, bytes.count, start) else {
            throw .limit("the message needs more memory than it may")
        }
        return message
    }
}

extension ProtobufMessage {
    /// Reads a message from a peer's bytes: guard, unpack in the arena, copy out; nothing refers to the arena then.
    ///
    /// The arena is not reset: its budget is cumulative over what the caller reads between resets.
    /// - Throws: `malformed` or `limit`.
    @inlinable
    public init(serialized bytes: UnsafeRawBufferPointer, from role: PeerRole, arena: Arena) throws(MessageError) {
        let message = try Self.descriptor.unpack(bytes, from: role, in: arena)
        try self.init(copying: message)
    }

    /// The same with an arena of its own; slower by an allocation.
    public init(serialized bytes: [UInt8], from role: PeerRole) throws(MessageError) {
        self = try bytes.withUnsafeBufferPointer { (buffer) throws(MessageError) in
            try Self(serialized: UnsafeRawBufferPointer(buffer), from: role, arena: Arena())
        }
    }

    /// The message's bytes. Deterministic: map entries are sorted by key.
    ///
    /// - Throws: `malformed` for a string with a NUL, `limit` over 64 MiB.
    public func serialized() throws(MessageError) -> [UInt8] {
        try prepared(in: Arena()).bytes()
    }

    /// Builds the C struct and measures it, so that its bytes can be written where they belong at once.
    ///
    /// - Throws: as `serialized()`.
    @inlinable
    public func prepared(in arena: Arena) throws(MessageError) -> PreparedMessage {
        let message = try build(in: arena).assumingMemoryBound(to: ProtobufCMessage.self)
        return PreparedMessage(message: UnsafePointer(message), arena: arena)
    }
}

/// A message that is ready to be written. Legal until its arena's reset.
public struct PreparedMessage {
    private let message: UnsafePointer<ProtobufCMessage>
    /// Owns the message.
    private let arena: Arena

    /// Length of the message on the wire, bytes.
    public let byteCount: Int

    @usableFromInline
    init(message: UnsafePointer<ProtobufCMessage>, arena: Arena) {
        self.message = message
        self.arena = arena
        byteCount = protobuf_c_message_get_packed_size(message)
    }

    /// Writes the message's bytes at the start of a buffer of at least `byteCount` bytes; returns `byteCount`.
    /// Writes nothing and returns 0 if the buffer is smaller.
    @discardableResult
    public func pack(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard byteCount > 0, buffer.count >= byteCount, let start = buffer.baseAddress else { return 0 }
        return protobuf_c_message_pack(message, start.assumingMemoryBound(to: UInt8.self))
    }

    func bytes() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            count = pack(into: UnsafeMutableRawBufferPointer(buffer))
        }
    }
}
