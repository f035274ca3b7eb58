public import HoldpointRPC
internal import Engine
internal import Logging
internal import Model
internal import Store

/// The one map from what the manager throws to what callers see. Exhaustive over the domain's errors; anything else is a
/// defect, told to the log and not to the caller.
public struct HoldpointErrorMapping: ErrorMapping {
    private let logger: Logger

    public init(logger: Logger) {
        self.logger = logger
    }

    public func status(for error: any Error) -> Status {
        switch error {
        case let refusal as Refusal: return RPCError(refusal).status
        case let error as StoreError: return status(error)
        case let error as EngineError: return status(error)
        default:
            logger.error("a call failed for an unforeseen reason", metadata: ["error": "\(error)"])
            return RPCError(.internal, "an internal error; the server's log has the details").status
        }
    }

    private func status(_ error: StoreError) -> Status {
        switch error {
        case .storageFull:
            return RPCError(
                .resourceExhausted, "no room is left for the metadata; free some and try again",
                reason: Reason.storageFull.rawValue
            ).status
        case .unusable:
            return RPCError(
                .unavailable, "the metadata store failed; the server is ending", reason: "STORE_FAILED"
            ).status
        case .constraint, .malformed:
            logger.error("the metadata store refused a change", metadata: ["error": "\(error)"])
            return RPCError(.internal, "an internal error; the server's log has the details").status
        }
    }

    private func status(_ error: EngineError) -> Status {
        logger.warning("the engine failed", metadata: ["error": "\(error)"])
        return switch error.reason {
        case .storageFull:
            RPCError(.resourceExhausted, error.message, reason: Reason.storageFull.rawValue).status
        case .volumeHasClients:
            RPCError(.failedPrecondition, error.message, reason: Reason.volumeHasClients.rawValue).status
        case .serverLost, .timeout: RPCError(.unavailable, error.message, reason: "SERVER_LOST").status
        case .damaged: RPCError(.dataLoss, error.message, reason: "DATA_DAMAGED").status
        case .failed: RPCError(.internal, error.message, reason: "ENGINE_FAILED").status
        }
    }
}

extension RPCError {
    init(_ refusal: Refusal) {
        self.init(
            refusal.reason.code, refusal.message, reason: refusal.reason.rawValue,
            blockers: refusal.blockers.map { Blocker($0) }, remedies: refusal.remedies.map { Remedy($0) },
            fieldViolations: refusal.fieldViolations.map { FieldViolation(field: $0.field, description: $0.description) },
            retryAfterMilliseconds: UInt32(clamping: refusal.retryAfterMilliseconds),
            operationID: refusal.operationID?.rawValue ?? "")
    }
}

extension Blocker {
    init(_ blocker: Refusal.Blocker) {
        self.init(kind: blocker.kind, id: blocker.id, name: blocker.name, reason: blocker.reason.rawValue)
    }
}

extension Remedy {
    init(_ remedy: Refusal.Remedy) {
        self.init(
            description: remedy.description, method: remedy.method, requestJson: remedy.requestJSON,
            command: remedy.command)
    }
}
