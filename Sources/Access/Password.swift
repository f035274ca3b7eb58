public import Model

/// A password as somebody typed it. Nothing that describes, dumps or logs it shows it.
public struct Password: Sendable, Hashable {
    public static let shortestByteCount = 12
    public static let longestByteCount = 1024

    /// Never logged, never kept.
    let text: String

    /// One to be compared; anything goes.
    public init(_ text: String) {
        self.text = text
    }

    /// One to be set.
    ///
    /// - Parameter field: the request's field that it stands in; its value is never told.
    /// - Throws: `INVALID_ARGUMENT` for one that is too short or too long, or that no terminal can type.
    public init(new text: String, field: String) throws(Refusal) {
        let allowed = Self.shortestByteCount...Self.longestByteCount
        guard allowed.contains(text.utf8.count) else {
            throw .invalid(
                field: field, "a password has \(allowed.lowerBound) to \(allowed.upperBound) bytes of UTF-8")
        }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw .invalid(field: field, "a password has no control characters")
        }
        self.text = text
    }

    public var isEmpty: Bool { text.isEmpty }
}

extension Password: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "(a password)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
