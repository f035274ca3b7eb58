/// A number of bytes, 0 or more.
public struct ByteCount: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    public let bytes: Int64

    public static let zero = ByteCount(bytes: 0)
    public static let mebibyte = ByteCount(bytes: 1 << 20)
    public static let gibibyte = ByteCount(bytes: 1 << 30)
    public static let tebibyte = ByteCount(bytes: 1 << 40)

    public init(bytes: Int64) {
        self.bytes = max(0, bytes)
    }

    public init(from decoder: any Decoder) throws {
        self.init(bytes: try decoder.singleValueContainer().decode(Int64.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes)
    }

    public static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }

    /// The sum; the largest count that there is if it is larger.
    public static func + (left: ByteCount, right: ByteCount) -> ByteCount {
        let (sum, overflow) = left.bytes.addingReportingOverflow(right.bytes)
        return ByteCount(bytes: overflow ? .max : sum)
    }

    /// In the largest binary unit that divides it, or of which it is at least one: `10 GiB`, `1.5 GiB`, `512 B`.
    public var description: String {
        let units: [(name: String, size: Int64)] = [
            ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
        ]
        guard let unit = units.first(where: { bytes >= $0.size }) else { return "\(bytes) B" }
        let (whole, rest) = bytes.quotientAndRemainder(dividingBy: unit.size)
        let tenths = rest * 10 / unit.size
        return tenths == 0 ? "\(whole) \(unit.name)" : "\(whole).\(tenths) \(unit.name)"
    }

    /// As an option takes it, exactly: `10GiB`, `1536MiB`.
    public var exact: String {
        let units: [(name: String, shift: Int64)] = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)]
        guard bytes > 0, let unit = units.first(where: { bytes.isMultiple(of: 1 << $0.shift) }) else {
            return "\(bytes)"
        }
        return "\(bytes >> unit.shift)\(unit.name)"
    }
}

/// A volume's size: 1 MiB to 64 TiB in whole MiB.
public enum VolumeSize {
    public static let smallest = ByteCount.mebibyte
    public static let largest = ByteCount(bytes: 64 << 40)

    /// Checks a size from outside.
    ///
    /// - Throws: `INVALID_SIZE`.
    public static func checked(_ bytes: UInt64, field: String) throws(Refusal) -> ByteCount {
        guard let signed = Int64(exactly: bytes), signed >= smallest.bytes, signed <= largest.bytes,
            signed.isMultiple(of: smallest.bytes)
        else {
            throw .invalid(.invalidSize, field: field, "a size is 1 MiB to 64 TiB in whole MiB, not \(bytes) bytes")
        }
        return ByteCount(bytes: signed)
    }
}
