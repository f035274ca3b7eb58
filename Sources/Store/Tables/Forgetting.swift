/// What is only kept for a while is dropped in turns: as much as was remembered in a day must not hold the writer.
public enum Forgetting {
    /// Rows that one turn drops at most.
    public static let rowsInATurn = 500
}

extension WriteTransaction {
    /// Forgets requests that were remembered before the store had this age, the oldest first.
    ///
    /// - Returns: how many; less than a turn's: none is left.
    @discardableResult
    public func forgetRequests(beforeAge milliseconds: Int64) throws -> Int {
        try execute(
            """
            DELETE FROM request WHERE (principal, project_id, method, request_id) IN
                (SELECT principal, project_id, method, request_id FROM request WHERE age_milliseconds < ?
                ORDER BY age_milliseconds LIMIT ?)
            """, [.integer(milliseconds), .integer(Int64(Forgetting.rowsInATurn))])
    }

    /// Drops events from before the store had this age, the oldest first, but never the newest ones. Events are as old
    /// as their order says: only as many are looked at as may go.
    ///
    /// - Returns: how many; less than a turn's: none is left.
    @discardableResult
    public func compactEvents(beforeAge milliseconds: Int64, keepingNewest count: Int64) throws -> Int {
        try execute(
            """
            DELETE FROM event WHERE age_milliseconds < ? AND sequence IN
                (SELECT sequence FROM event WHERE sequence <= (SELECT COALESCE(MAX(sequence), 0) FROM event) - ?
                ORDER BY sequence LIMIT ?)
            """, [.integer(milliseconds), .integer(count), .integer(Int64(Forgetting.rowsInATurn))])
    }
}
