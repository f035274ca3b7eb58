/// What stands in filters, read.
public enum FilterValue {
    private static let units: [(name: String, bytes: Int64)] = [
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40), ("K", 1 << 10), ("M", 1 << 20),
        ("G", 1 << 30), ("T", 1 << 40),
    ]

    /// A whole number, of bytes perhaps with a unit; nil: it is none, or too large.
    public static func number(_ text: String) -> Int64? {
        guard let unit = units.first(where: { text.hasSuffix($0.name) }) else { return Int64(text) }
        let product = Int64(text.dropLast(unit.name.count))?.multipliedReportingOverflow(by: unit.bytes)
        return product.flatMap { $0.overflow ? nil : $0.partialValue }
    }

    /// A field's name: `sizeBytes`, as JSON has it, is as good as `size_bytes`.
    public static func snakeCase(_ name: String) -> String {
        name.reduce(into: "") { result, character in
            if character.isUppercase { result += "_" + character.lowercased() } else { result.append(character) }
        }
    }
}
