/// How a call failed: the status that the caller receives.
///
/// Handlers throw it to choose the answer themselves; clients get it from every call. `UNAVAILABLE` means that nothing
/// was done, `UNKNOWN` with reason `OUTCOME_UNKNOWN` that the connection was lost after the request had been sent.
public struct RPCError: Error, Hashable, Sendable {
    /// Never `OK` on the wire: the server answers `UNKNOWN` in its place.
    public var status: Status

    public init(status: Status) {
        self.status = status
    }

    /// - Parameters:
    ///   - code: one of gRPC's seventeen.
    ///   - message: for people, safe to show.
    ///   - reason: for programs, `VOLUME_HAS_SNAPSHOTS`; empty when the code says all.
    ///   - blockers: everything that stands in the way, in the order in which it can be cleared.
    ///   - remedies: the calls that clear it, in that order.
    ///   - fieldViolations: the fields of the request that are wrong.
    ///   - retryAfterMilliseconds: when to try again; 0: no statement.
    ///   - operationID: the operation that is in the way, or that failed.
    public init(
        _ code: Status.Code, _ message: String, reason: String = "", blockers: [Blocker] = [], remedies: [Remedy] = [],
        fieldViolations: [FieldViolation] = [], retryAfterMilliseconds: UInt32 = 0, operationID: String = ""
    ) {
        var status = Status()
        status.code = code
        status.message = message
        status.reason = reason
        status.blockers = blockers
        status.remedies = remedies
        status.fieldViolations = fieldViolations
        status.retryAfterMs = retryAfterMilliseconds
        status.operationID = operationID
        self.status = status
    }

    /// The status' code.
    public var code: Status.Code { status.code }
    /// The status' reason, for programs.
    public var reason: String { status.reason }
    /// The status' message, for people.
    public var message: String { status.message }
}

extension RPCError: CustomStringConvertible {
    /// One line: `NOT_FOUND: there is no volume vol-1`.
    public var description: String {
        reason.isEmpty ? "\(code.name): \(message)" : "\(code.name) (\(reason)): \(message)"
    }
}
