/// Instants in JSON: RFC 3339, `2026-11-21T09:10:11.5Z`, years 1 to 9999 (proto3 JSON mapping).
enum TimestampText {
    /// 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z, seconds since 1970.
    private static let secondsRange: ClosedRange<Int64> = -62_135_596_800...253_402_300_799
    private static let secondsPerDay: Int64 = 86_400

    /// In UTC, with as many groups of three decimals as the nanoseconds need.
    ///
    /// - Throws: `malformed` for an instant outside the range.
    static func format(seconds: Int64, nanos: Int32) throws(MessageError) -> String {
        guard secondsRange.contains(seconds), (0..<1_000_000_000).contains(nanos) else {
            throw .malformed("is not an instant from year 1 to year 9999")
        }
        let secondOfDay = (seconds % secondsPerDay + secondsPerDay) % secondsPerDay
        let date = date(day: (seconds - secondOfDay) / secondsPerDay)
        let day = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
        let minute = secondOfDay / 60
        let time = "\(padded(minute / 60, 2)):\(padded(minute % 60, 2)):\(padded(secondOfDay % 60, 2))"
        return "\(day)T\(time)\(fraction(nanos))Z"
    }

    private static func fraction(_ nanos: Int32) -> String {
        guard nanos != 0 else { return "" }
        var digits = padded(Int64(nanos), 9)
        while digits.hasSuffix("000") { digits.removeLast(3) }
        return "." + digits
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Any offset from UTC; up to nine decimals. Leap seconds have no place in a Timestamp.
    static func parse(_ text: String) throws(MessageError) -> (seconds: Int64, nanos: Int32) {
        var scanner = DigitScanner(text)
        guard let instant = parse(&scanner), scanner.isAtEnd, secondsRange.contains(instant.seconds) else {
            throw .malformed("is not an instant as 2026-11-21T09:10:11.5Z, year 1 to year 9999")
        }
        return instant
    }

    private static func parse(_ scanner: inout DigitScanner) -> (seconds: Int64, nanos: Int32)? {
        guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2, in: 1...12),
            scanner.skip("-"), let day = scanner.number(2, in: 1...length(month: month, year: year)),
            scanner.skip("T"), let hour = scanner.number(2, in: 0...23), scanner.skip(":"),
            let minute = scanner.number(2, in: 0...59), scanner.skip(":"),
            let second = scanner.number(2, in: 0...59), let nanos = scanner.fraction(),
            let offset = scanner.offsetSeconds()
        else { return nil }
        let days = dayNumber(year: year, month: month, day: day)
        return (days * secondsPerDay + hour * 3600 + minute * 60 + second - offset, Int32(nanos))
    }

    private static func length(month: Int64, year: Int64) -> Int64 {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    // Days since 1970-01-01 and back, in eras of 400 years that begin in March, so that leap days end a year
    // (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). Years from 0 on.

    private static func dayNumber(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func date(day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}

/// Reads fixed places of digits.
private struct DigitScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text[...].utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, UInt32(first) == character.value else { return false }
        rest.removeFirst()
        return true
    }

    /// Exactly `count` digits.
    mutating func number(_ count: Int, in range: ClosedRange<Int64> = 0...9999) -> Int64? {
        let digits = digits(atMost: count)
        return digits.count == count && range.contains(digits.value) ? digits.value : nil
    }

    /// A point and one to nine digits as nanoseconds; 0 if there is none; nil for a point without digits.
    mutating func fraction() -> Int64? {
        guard skip(".") else { return 0 }
        let digits = digits(atMost: 9)
        guard digits.count > 0 else { return nil }
        return (digits.count..<9).reduce(digits.value) { value, _ in value * 10 }
    }

    /// `Z` or `+02:00`.
    mutating func offsetSeconds() -> Int64? {
        if skip("Z") { return 0 }
        let sign: Int64 = rest.first == UInt8(ascii: "-") ? -1 : 1
        guard skip("+") || skip("-"), let hour = number(2, in: 0...23), skip(":"),
            let minute = number(2, in: 0...59)
        else { return nil }
        return sign * (hour * 3600 + minute * 60)
    }

    private mutating func digits(atMost limit: Int) -> (count: Int, value: Int64) {
        var count = 0
        var value: Int64 = 0
        while count < limit, let digit = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) {
            value = value * 10 + Int64(digit - UInt8(ascii: "0"))
            count += 1
            rest.removeFirst()
        }
        return (count, value)
    }
}
