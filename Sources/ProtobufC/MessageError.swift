/// Why bytes, JSON or a value are not a message of the expected type.
///
/// The bytes' sender is at fault: answer `INVALID_ARGUMENT` for a request; a client treats it as a broken server.
public enum MessageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Something that the protocol refuses: what is wrong, and the path of the field (`volume.name`, empty: unknown).
    case malformed(String, field: String = "")
    /// A named limit was reached: depth, number of fields, bytes.
    case limit(String, field: String = "")

    /// What is wrong, without the field's path.
    public var reason: String {
        switch self {
        case .malformed(let reason, _), .limit(let reason, _): reason
        }
    }

    /// Path of the field in the message, as in a field mask; empty: the message itself, or not known.
    public var field: String {
        switch self {
        case .malformed(_, let field), .limit(_, let field): field
        }
    }

    /// One line for people: `volume.name: is not UTF-8`.
    public var description: String {
        field.isEmpty ? reason : "\(field): \(reason)"
    }

    /// The same error, seen from the message that holds this one in a field called `name`.
    func inside(_ name: String) -> MessageError {
        let path = field.isEmpty ? name : "\(name).\(field)"
        return switch self {
        case .malformed(let reason, _): .malformed(reason, field: path)
        case .limit(let reason, _): .limit(reason, field: path)
        }
    }
}
