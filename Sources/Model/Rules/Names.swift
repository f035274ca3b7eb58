/// What users may call things.
public enum ResourceName {
    public static let smallestByteCount = 3
    public static let largestByteCount = 20

    /// Checks a name that a user chose.
    ///
    /// - Throws: `INVALID_NAME`.
    public static func checked(_ name: String, field: String) throws(Refusal) -> String {
        let bytes = name.utf8
        guard (smallestByteCount...largestByteCount).contains(bytes.count) else {
            throw .invalid(
                .invalidName, field: field, "a name is 3 to 20 bytes long, \(quoted(name)) has \(bytes.count)")
        }
        guard bytes.allSatisfy(isAllowed) else {
            throw .invalid(
                .invalidName, field: field,
                "a name has only ASCII letters, digits and hyphens, \(quoted(name)) has others")
        }
        if let kind = ResourceKind(idShape: name) {
            throw .invalid(
                .invalidName, field: field,
                "\(quoted(name)) has the shape of an id (of kind \(kind.rawValue)) and cannot be a name")
        }
        return name
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// The text for a message: quoted, and shortened if somebody sends a novel.
    static func quoted(_ text: String) -> String {
        text.utf8.count <= 80 ? "\"\(text)\"" : "\"\(text.prefix(40))…\""
    }

    /// A name inside a sentence: in quotes if it is one of more than one word.
    public static func readable(_ name: String) -> String { name.contains(" ") ? "\"\(name)\"" : name }

    /// The name of a server snapshot's member.
    public static func member(of serverSnapshotName: String) -> String { "snapshot for \(serverSnapshotName)" }
}
