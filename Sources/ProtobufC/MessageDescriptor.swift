public import CProtobufC

/// A message type at run time: what protobuf-c knows about its fields.
///
/// Unchecked: the descriptor is a C constant that lives as long as the process.
public struct MessageDescriptor: @unchecked Sendable, Hashable {
    /// protobuf-c's constant.
    public let pointer: UnsafePointer<ProtobufCMessageDescriptor>

    init(pointer: UnsafePointer<ProtobufCMessageDescriptor>) {
        self.pointer = pointer
    }

    /// Finds the descriptor through the type's C initializer, `x__init`.
    ///
    /// The obvious `withUnsafePointer(to: x__descriptor)` gives a copy's address in release builds.
    /// Safe: the memory is large enough for one `CMessage`, a plain C struct that begins with a `ProtobufCMessage`.
    public init<CMessage>(initializer: (UnsafeMutablePointer<CMessage>?) -> Void) {
        let message = UnsafeMutablePointer<CMessage>.allocate(capacity: 1)
        defer { message.deallocate() }
        initializer(message)
        let base = UnsafeRawPointer(message).assumingMemoryBound(to: ProtobufCMessage.self)
        pointer = base.pointee.descriptor
    }

    /// Full name: `holdpoint.v1.Volume`.
    public var name: String {
        String(cString: pointer.pointee.name)
    }

    /// The declared fields, by number.
    var fields: UnsafeBufferPointer<ProtobufCFieldDescriptor> {
        UnsafeBufferPointer(start: pointer.pointee.fields, count: Int(pointer.pointee.n_fields))
    }
}
