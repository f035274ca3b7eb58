/// The one map from the errors that handlers throw to what callers see.
///
/// `RPCError`, and `CancellationError` of a call that was cancelled, are handled before it.
public protocol ErrorMapping: Sendable {
    /// The status must be safe to show: no paths, no secrets.
    func status(for error: any Error) -> Status
}

/// Answers every error with `INTERNAL` and tells nothing about it.
public struct OpaqueErrorMapping: ErrorMapping {
    public init() {}

    public func status(for error: any Error) -> Status {
        RPCError(.internal, "internal error").status
    }
}
