public import HoldpointRPC
public import Logging
internal import Manager
internal import Model

/// The one map from what the manager throws to what callers see. What nobody foresaw is told to the log, not to the
/// caller; and only the log learns where on the server a thing failed.
public struct HoldpointErrorMapping: ErrorMapping {
    private let logger: Logger

    public init(logger: Logger) {
        self.logger = logger
    }

    public func status(for error: any Error) -> Status {
        guard let refusal = Refusal(explaining: error) else {
            logger.error("a call failed for an unforeseen reason", metadata: ["error": "\(error)"])
            return RPCError(.internal, "an internal error; the server's log has the details").status
        }
        if !(error is Refusal) { logger.warning("a call failed", metadata: ["error": "\(error)"]) }
        return RPCError(refusal).status
    }
}

extension RPCError {
    init(_ refusal: Refusal) {
        self.init(
            refusal.reason.code, refusal.message, reason: refusal.reason.rawValue,
            blockers: refusal.blockers.map { Blocker($0) }, remedies: refusal.remedies.map { HoldpointRPC.Remedy($0) },
            fieldViolations: refusal.fieldViolations.map {
                FieldViolation(field: $0.field, description: $0.description)
            },
            retryAfterMilliseconds: UInt32(clamping: refusal.retryAfterMilliseconds),
            operationID: refusal.operationID?.rawValue ?? "")
    }
}

extension Blocker {
    init(_ blocker: Refusal.Blocker) {
        self.init(kind: blocker.kind, id: blocker.id, name: blocker.name, reason: blocker.reason.rawValue)
    }
}
