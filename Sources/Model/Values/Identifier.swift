/// The immutable id of one resource: its kind's prefix and 12 characters of lower-case base32 (60 random bits).
public struct Identifier<Resource: IdentifiedKind>: Hashable, Sendable, Codable, CustomStringConvertible {
    public let rawValue: String

    /// Takes an id from outside.
    ///
    /// - Returns: nil unless the text has the shape of this kind's ids.
    public init?(_ text: String) {
        guard IdentifierShape.matches(text, prefix: Resource.kind.idPrefix) else { return nil }
        rawValue = text
    }

    /// Makes a new id.
    public init(random generator: inout some RandomNumberGenerator) {
        rawValue = Resource.kind.idPrefix + IdentifierShape.randomTail(&generator)
    }

    /// Takes an id that this process wrote itself, from the store.
    public init(stored text: String) {
        rawValue = text
    }

    public init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(String.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    public var description: String { rawValue }
}

/// A type whose values have ids of one kind.
public protocol IdentifiedKind: Sendable {
    static var kind: ResourceKind { get }
}

/// The form of ids, and of texts that could be taken for one.
enum IdentifierShape {
    static let tailByteCount = 12
    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    static func matches(_ text: String, prefix: String) -> Bool {
        let bytes = text.utf8
        guard bytes.count == prefix.utf8.count + tailByteCount, text.hasPrefix(prefix) else { return false }
        return bytes.dropFirst(prefix.utf8.count).allSatisfy { (97...122).contains($0) || (50...55).contains($0) }
    }

    static func randomTail(_ generator: inout some RandomNumberGenerator) -> String {
        let bytes = (0..<tailByteCount).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
