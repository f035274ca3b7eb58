import ArgumentParser

/// Sizes as people write and read them: binary units, `10GiB`.
enum ByteSize {
    private static let units: [(name: String, bytes: UInt64)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
    ]

    /// Reads plain bytes, or a number with a unit, `10GiB` or `10G`; one with decimals if it comes to whole MiB.
    ///
    /// - Throws: `ValidationError` saying what is wrong, overflow included.
    static func parse(_ text: String) throws -> UInt64 {
        let spellings = units.flatMap { [($0.name, $0.bytes), (String($0.name.prefix(1)), $0.bytes)] }
        let unit = spellings.first { text.hasSuffix($0.0) }
        let digits = unit.map { text.dropLast($0.0.count) } ?? text[...]
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.allSatisfy(isNumber), parts.count == 1 || parts.count == 2 && unit != nil else {
            throw ValidationError(
                "'\(text)' is not a size: write bytes, or a number with KiB, MiB, GiB or TiB, as 10GiB")
        }
        let product = UInt64(parts[0])?.multipliedReportingOverflow(by: unit?.1 ?? 1)
        guard let product, !product.overflow else {
            throw ValidationError("'\(text)' is too large for a size")
        }
        return parts.count == 1 ? product.partialValue : try sum(product.partialValue, parts[1], unit?.1 ?? 1, of: text)
    }

    /// More decimals than that make no whole MiB of a TiB.
    private static let largestDecimalCount = 6

    private static func sum(_ whole: UInt64, _ decimals: Substring, _ unit: UInt64, of text: String) throws -> UInt64 {
        let power = (0..<decimals.count).reduce(into: UInt64(1)) { power, _ in power &*= 10 }
        guard decimals.count <= largestDecimalCount, let number = UInt64(decimals) else {
            throw ValidationError("'\(text)' has more decimals than a size can have")
        }
        let part = number * unit
        let (sum, overflow) = whole.addingReportingOverflow(part / power)
        guard !overflow, part % power == 0, sum % (1 << 20) == 0 else {
            throw ValidationError("'\(text)' is no whole number of MiB")
        }
        return sum
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
