/// How long the store has been in use, in milliseconds: it only rises, while a server runs, by a clock that does not
/// jump.
///
/// Decided here (2026-11): what a retry rests on, and what watchers read, is forgotten by this age. By the wall clock a
/// jump of eight days made the server forget every request within a minute, and a request repeated was done twice.
/// Rejected: both clocks together, which keep nothing longer than this one alone. The time during which no server runs
/// does not count, so that nothing is forgotten before its caller could ask again.
public enum StoreAge {
    /// An SQL expression; a row that is written gets the age at the latest advance.
    static let expression = "(SELECT milliseconds FROM store_age WHERE id = 1)"

    /// Furthest that one advance goes. A row's age is that of the advance before it: what must be kept for some time is
    /// forgotten no sooner than this much later.
    public static let largestAdvanceMilliseconds: Int64 = 120_000
}

extension ReadTransaction {
    /// - Throws: `StoreError.malformed` if the store has lost its age.
    public func age() throws -> Int64 {
        guard let age = try rows("SELECT milliseconds FROM store_age WHERE id = 1", [], { try $0.integer(0) }).first
        else { throw StoreError.malformed("the store's age is missing") }
        return age
    }
}

extension WriteTransaction {
    /// Makes the store older.
    ///
    /// - Parameter time: since the last advance, by a clock that does not jump; less than nothing counts as nothing,
    ///   more than `StoreAge.largestAdvanceMilliseconds` as that.
    /// - Returns: its age in milliseconds.
    @discardableResult
    public func advanceAge(by time: Duration) throws -> Int64 {
        let step = min(max(.zero, time), .milliseconds(StoreAge.largestAdvanceMilliseconds)).components
        let (sum, overflow) = try age().addingReportingOverflow(
            step.seconds * 1_000 + step.attoseconds / 1_000_000_000_000_000)
        let age = overflow ? .max : sum
        try execute("UPDATE store_age SET milliseconds = ? WHERE id = 1", [.integer(age)])
        return age
    }
}
