/// An instant of wall-clock time, milliseconds since 1970-01-01T00:00:00Z, in the years 1 to 9999.
///
/// No other year can be told to anybody (RFC 3339, protobuf's Timestamp): an instant beyond counts as the first or the
/// last that can, whatever a clock says and wherever it was kept. One such row would end every list that it is in.
public struct Timestamp: Hashable, Comparable, Sendable, Codable {
    public let millisecondsSinceEpoch: Int64

    /// 0001-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z.
    private static let range: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999

    public init(millisecondsSinceEpoch: Int64) {
        self.millisecondsSinceEpoch = min(
            max(Self.range.lowerBound, millisecondsSinceEpoch), Self.range.upperBound)
    }

    public init(from decoder: any Decoder) throws {
        self.init(millisecondsSinceEpoch: try decoder.singleValueContainer().decode(Int64.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(millisecondsSinceEpoch)
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.millisecondsSinceEpoch < right.millisecondsSinceEpoch
    }
}
