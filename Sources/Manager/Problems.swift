internal import Engine
public import Model
internal import Store

extension Refusal {
    /// What users are told of an error that a call of the manager threw, or a step of an operation. Exhaustive over the
    /// domain's errors.
    ///
    /// - Returns: nil for what nobody foresaw: a defect, for the log and not for users.
    public init?(explaining error: any Error) {
        switch error {
        case let refusal as Refusal: self = refusal
        case let error as EngineError: self.init(error)
        case let error as StoreError:
            guard let refusal = Refusal(error) else { return nil }
            self = refusal
        default: return nil
        }
    }

    private init(_ error: EngineError) {
        let message = error.message.withoutFolders
        switch error.reason {
        case .storageFull: self.init(.storageFull, message)
        case .volumeHasClients: self.init(.volumeHasClients, message)
        case .serverLost: self.init(.serverLost, message)
        case .timeout: self.init(.engineTimeout, message)
        case .damaged: self.init(.dataDamaged, message)
        case .unknown: self.init(.unknownState, message)
        case .failed: self.init(.engineFailed, message)
        }
    }

    private init?(_ error: StoreError) {
        switch error {
        case .storageFull: self.init(.storageFull, "no room is left for the metadata; free some and try again")
        case .unusable: self.init(.storeFailed, "the metadata store failed; the server ends and must be started again")
        case .constraint, .malformed: return nil
        }
    }
}

/// Why a step failed, as an operation keeps it. The runner has told the log all of it.
func problem(of error: any Error, step: String) -> Operation.Problem {
    if error is CancellationError {
        return Operation.Problem(reason: "CANCELLED", message: "a caller asked to stop it", step: step)
    }
    guard let refusal = Refusal(explaining: error) else {
        return Operation.Problem(
            reason: Reason.internal.rawValue, message: "an internal error; the server's log has the details", step: step
        )
    }
    return Operation.Problem(reason: refusal.reason.rawValue, message: refusal.message, step: step)
}
