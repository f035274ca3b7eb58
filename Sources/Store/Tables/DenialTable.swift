public import Model

extension ReadTransaction {
    /// Refused attempts, the latest first.
    ///
    /// - Parameter before: only those before that number; nil: all.
    public func denials(before: Int64?, limit: Int) throws -> [Denial] {
        try rows(
            """
            SELECT number, time, principal, source, reason, attempts FROM denial
            WHERE number < ? ORDER BY number DESC LIMIT ?
            """, [.integer(before ?? .max), .integer(Int64(limit))]
        ) { row in
            Denial(
                number: try row.integer(0), time: try row.time(1), principal: try row.text(2),
                source: try row.text(3), reason: try row.text(4), attempts: try row.integer(5))
        }
    }
}

extension WriteTransaction {
    /// Of more, the oldest go: who guesses for ever fills no disk, and pushes no event out.
    public static var keptDenialCount: Int64 { 10_000 }

    public func note(_ denials: [Denial]) throws {
        for denial in denials {
            try execute(
                """
                INSERT INTO denial (number, time, principal, source, reason, attempts)
                VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM denial), ?, ?, ?, ?, ?)
                """,
                [
                    .integer(denial.time.millisecondsSinceEpoch), .text(denial.principal), .text(denial.source),
                    .text(denial.reason), .integer(denial.attempts),
                ])
        }
        try execute(
            "DELETE FROM denial WHERE number <= (SELECT MAX(number) FROM denial) - ?",
            [.integer(Self.keptDenialCount)])
    }
}
