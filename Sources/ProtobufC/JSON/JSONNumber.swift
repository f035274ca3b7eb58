/// Numbers from JSON's digits: no rounding of integers, no overflow.
enum JSONNumber {
    /// 2^53: from here on a Double may stand for another integer than was written.
    private static let firstInexactReal = 9_007_199_254_740_992.0

    /// `10`, `-0`, also `1e3` and `5.0`: whatever is an integer of the type.
    static func integer<Integer: FixedWidthInteger>(_ digits: String) throws(MessageError) -> Integer {
        guard JSONScanner.isNumber(digits) else { throw .malformed("\(digits) is not a number") }
        if let value = Integer(digits) { return value }
        guard let real = Double(digits), abs(real) < firstInexactReal, let value = Integer(exactly: real) else {
            throw .malformed("\(digits) is not an integer from \(Integer.min) to \(Integer.max)")
        }
        return value
    }

    /// A number, `NaN`, `Infinity` or `-Infinity`.
    static func real<Real: BinaryFloatingPoint & LosslessStringConvertible>(
        _ digits: String
    ) throws(MessageError) -> Real {
        switch digits {
        case "NaN": return .nan
        case "Infinity": return .infinity
        case "-Infinity": return -.infinity
        default:
            guard JSONScanner.isNumber(digits), let value = Real(digits), value.isFinite else {
                throw .malformed("\(digits) is not a number within range")
            }
            return value
        }
    }
}
