import ArgumentParser

/// Durations as people write and read them: `500ms`, `30s`, `5m`, `2h`, `7d`.
enum DurationText {
    /// What the protocol's time-outs can carry.
    static let longestMilliseconds = Int64(UInt32.max)

    private static let units: [(name: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// Reads a whole number with a unit, above zero and at most 49 days.
    ///
    /// - Throws: `ValidationError` saying what is wrong.
    static func parse(_ text: String) throws -> Duration {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, let unit = units.first(where: { $0.name == text.dropFirst(digits.count) }) else {
            throw ValidationError("'\(text)' is not a duration: write a whole number with ms, s, m, h or d")
        }
        let product = Int64(digits)?.multipliedReportingOverflow(by: unit.milliseconds)
        guard let product, !product.overflow, product.partialValue <= longestMilliseconds else {
            throw ValidationError("'\(text)' is too long: at most \(longestMilliseconds / 86_400_000)d")
        }
        guard product.partialValue > 0 else { throw ValidationError("'\(text)': must be over zero") }
        return .milliseconds(product.partialValue)
    }

    /// Whole units, the largest that fits, rounded down: `45s`, `3m`, `2h`, `12d`; below a second: `0s`.
    static func coarse(seconds: Int64) -> String {
        switch seconds {
        case ..<60: "\(max(seconds, 0))s"
        case ..<3_600: "\(seconds / 60)m"
        case ..<86_400: "\(seconds / 3_600)h"
        default: "\(seconds / 86_400)d"
        }
    }

    /// Measured, to a tenth of a millisecond: `4.2ms`.
    static func measured(_ duration: Duration) -> String {
        let tenths = duration.components.seconds * 10_000 + duration.components.attoseconds / 100_000_000_000_000
        return "\(tenths / 10).\(tenths % 10)ms"
    }

    /// Exact, as `parse` reads it: `1500ms`, `30s`, `2m`.
    static func text(_ duration: Duration) -> String {
        let milliseconds = duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
        let unit = units.last { milliseconds >= $0.milliseconds && milliseconds % $0.milliseconds == 0 }
        return "\(milliseconds / (unit?.milliseconds ?? 1))\(unit?.name ?? "ms")"
    }
}
