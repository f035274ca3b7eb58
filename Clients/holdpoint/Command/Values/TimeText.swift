import Glibc
import HoldpointClient

/// Instants as people read them: relative in tables, exact in single resources.
enum TimeText {
    /// `3m ago`, `in 2h`, `now`.
    static func relative(_ time: Timestamp, now: Int64 = TimeText.now) -> String {
        let (age, overflow) = now.subtractingReportingOverflow(time.seconds)
        guard !overflow else { return exact(time) }
        switch age {
        case ..<0: return "in \(DurationText.coarse(seconds: age == .min ? .max : -age))"
        case 0: return "now"
        default: return "\(DurationText.coarse(seconds: age)) ago"
        }
    }

    /// `2025-11-21T09:30:00Z (3m ago)`.
    static func full(_ time: Timestamp, now: Int64 = TimeText.now) -> String {
        "\(exact(time)) (\(relative(time, now: now)))"
    }

    /// RFC 3339 in UTC, to the second.
    static func exact(_ time: Timestamp) -> String {
        guard validSeconds.contains(time.seconds) else { return "\(time.seconds) s" }
        let day = floorDivision(time.seconds, by: 86_400)
        let second = time.seconds - day * 86_400
        let date = civil(daysSinceEpoch: day)
        let clock = [second / 3_600, second / 60 % 60, second % 60].map { padded($0, 2) }.joined(separator: ":")
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T\(clock)Z"
    }

    /// Seconds since 1970 in UTC.
    static var now: Int64 { Int64(time(nil)) }

    /// The years 1 to 9999, as protobuf defines a Timestamp.
    private static let validSeconds: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// The proleptic Gregorian date: days are counted in eras of 400 years that begin on 1 March, so that the leap day
    /// is the last of its year.
    private static func civil(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let days = daysSinceEpoch + 719_468
        let era = floorDivision(days, by: 146_097)
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func floorDivision(_ value: Int64, by divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((divisor - 1 - value) / divisor)
    }

    private static func padded(_ number: Int64, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(digits - text.count, 0)) + text
    }
}
