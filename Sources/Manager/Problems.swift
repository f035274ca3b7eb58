internal import Engine
internal import Model
internal import Store

/// Why a step failed, as an operation keeps it.
func problem(of error: any Error) -> Operation.Problem {
    switch error {
    case let refusal as Refusal:
        Operation.Problem(reason: refusal.reason.rawValue, message: refusal.message, step: "")
    case let error as EngineError:
        Operation.Problem(reason: reason(of: error), message: error.message, step: "")
    case StoreError.storageFull:
        Operation.Problem(
            reason: Reason.storageFull.rawValue, message: "no room is left for the metadata; free some", step: "")
    case is CancellationError:
        Operation.Problem(reason: "CANCELLED", message: "a caller asked to stop it", step: "")
    default:
        Operation.Problem(reason: "INTERNAL", message: "\(error)", step: "")
    }
}

private func reason(of error: EngineError) -> String {
    switch error.reason {
    case .storageFull: Reason.storageFull.rawValue
    case .volumeHasClients: Reason.volumeHasClients.rawValue
    case .serverLost: "SERVER_LOST"
    case .timeout: "ENGINE_TIMEOUT"
    case .damaged: "DATA_DAMAGED"
    case .failed: "ENGINE_FAILED"
    }
}
