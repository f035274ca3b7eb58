import ArgumentParser

/// Sizes as people write and read them: binary units, `10GiB`.
enum ByteSize {
    private static let units: [(name: String, bytes: UInt64)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
    ]

    /// Reads plain bytes, or a whole number with a unit.
    ///
    /// - Throws: `ValidationError` saying what is wrong, overflow included.
    static func parse(_ text: String) throws -> UInt64 {
        let unit = units.first { text.hasSuffix($0.name) }
        let digits = unit.map { text.dropLast($0.name.count) } ?? text[...]
        guard isNumber(digits) else {
            throw ValidationError("'\(text)' is not a size: write bytes, or a whole number with KiB, MiB, GiB or TiB")
        }
        let product = UInt64(digits)?.multipliedReportingOverflow(by: unit?.bytes ?? 1)
        guard let product, !product.overflow else {
            throw ValidationError("'\(text)' is too large for a size")
        }
        return product.partialValue
    }

    /// For tables: the largest unit that is not larger, one decimal unless it is exact: `10 GiB`, `1.5 MiB`, `0 B`.
    static func text(_ bytes: UInt64) -> String {
        guard let index = units.firstIndex(where: { bytes >= $0.bytes }) else { return "\(bytes) B" }
        let unit = units[index]
        let tenths = bytes / unit.bytes * 10 + (bytes % unit.bytes * 10 + unit.bytes / 2) / unit.bytes
        // 1023.97 KiB is 1 MiB, not 1024 KiB.
        if index > 0, tenths >= 10_240 { return "1 \(units[index - 1].name)" }
        return "\(tenths / 10)\(tenths % 10 == 0 ? "" : ".\(tenths % 10)") \(unit.name)"
    }

    /// For single resources: with the exact number, `1.5 MiB (1572864 bytes)`.
    static func exactText(_ bytes: UInt64) -> String {
        bytes < 1024 ? text(bytes) : "\(text(bytes)) (\(bytes) bytes)"
    }

    private static func isNumber(_ digits: Substring) -> Bool {
        !digits.isEmpty && digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
