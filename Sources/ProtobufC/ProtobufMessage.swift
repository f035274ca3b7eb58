/// A value type with a protobuf-c struct behind it on the wire. Only generated code conforms.
public protocol ProtobufMessage: Sendable, Hashable {
    /// A message whose fields all have their default.
    init()

    /// The type's fields, as protobuf-c knows them.
    static var descriptor: MessageDescriptor { get }

    /// Copies out of the type's C struct, which is not kept. Unknown fields are dropped.
    ///
    /// - Throws: `malformed` for a string that is not UTF-8; the guard has refused those that came from a peer.
    init(copying message: UnsafeRawPointer) throws(MessageError)

    /// Builds the C struct with everything that it points to; all of it lives until the arena's reset.
    ///
    /// - Throws: `malformed` for a string with a NUL, `limit` when the arena's budget is spent.
    func build(in arena: Arena) throws(MessageError) -> UnsafeMutableRawPointer
}

/// A request that changes something and is safe to repeat, because it carries an id of its own.
public protocol MutationMessage: ProtobufMessage {
    /// UUID of the change.
    var requestID: String { get set }

    /// What makes two requests of one id the same: everything but `request_id`, `consent` and `validate_only`.
    /// Serializing is deterministic, so equal values have equal bytes.
    var fingerprinted: Self { get }

    /// As it stands it destroys data: it needs its caller's consent. By an option of its method.
    var needsConsent: Bool { get }
}

/// An enum of a message. Only generated code conforms.
public protocol ProtobufEnum: Sendable, Hashable, CaseIterable {
    /// Keeps a number that is not declared, so that an older program reads what a newer one wrote.
    init(rawValue: Int32)

    /// The number on the wire.
    var rawValue: Int32 { get }

    /// The name in the .proto file, `IN_USE`; the number in digits when it is not declared.
    var name: String { get }
}
