/// What users may write on a resource besides its name.
extension ResourceAttributes {
    public static let largestDescriptionByteCount = 255
    public static let largestLabelCount = 64
    public static let largestLabelKeyByteCount = 63
    public static let largestLabelValueByteCount = 255

    /// Checks everything that a user chose.
    ///
    /// - Parameters:
    ///   - field: path of the resource in the request; the wrong field's name is put behind it.
    ///   - mayLackName: an empty name is one that Holdpoint makes.
    /// - Throws: `INVALID_NAME`, `INVALID_ARGUMENT`.
    public func checked(field: String, mayLackName: Bool = false) throws(Refusal) -> ResourceAttributes {
        if !mayLackName || !name.isEmpty { _ = try ResourceName.checked(name, field: "\(field).name") }
        try Self.checkDescription(description, field: "\(field).description")
        try Self.checkLabels(labels, field: "\(field).labels")
        return self
    }

    public static func checkDescription(_ description: String, field: String) throws(Refusal) {
        guard description.utf8.count <= largestDescriptionByteCount else {
            throw .invalid(
                field: field, "a description has at most 255 bytes, this one has \(description.utf8.count)")
        }
    }

    public static func checkLabels(_ labels: [String: String], field: String) throws(Refusal) {
        guard labels.count <= largestLabelCount else {
            throw .invalid(field: field, "at most \(largestLabelCount) labels, not \(labels.count)")
        }
        for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
            guard (1...largestLabelKeyByteCount).contains(key.utf8.count), key.utf8.allSatisfy(isLabelKeyByte) else {
                throw .invalid(
                    field: field,
                    "a label's key is 1 to 63 ASCII letters, digits, '.', '_', '/' or '-', "
                        + "not \(ResourceName.quoted(key))"
                )
            }
            guard value.utf8.count <= largestLabelValueByteCount else {
                throw .invalid(field: field, "the value of label \(key) has more than 255 bytes")
            }
        }
    }

    static func isLabelKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "/"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
