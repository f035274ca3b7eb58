internal import HoldpointRPC
internal import Model

extension Reason {
    /// The status that a reason belongs to; exit codes of the command follow from it.
    var code: Status.Code {
        switch self {
        case .invalidArgument, .invalidName, .invalidSize, .ambiguousName, .requestIDReused, .unsupported:
            .invalidArgument
        case .compacted: .outOfRange
        case .nameTaken: .alreadyExists
        case .notFound: .notFound
        case .volumeHasSnapshots, .volumeAttached, .volumeNotAttached, .volumeHasClients, .serverRunning,
            .serverNotRunning, .serverFull, .snapshotOwned, .serverSnapshotInUse, .serverHasSchedule, .serverInGroup,
            .deletionProtected, .adminRequired, .consistencyNotMet, .chainTooDeep, .stateForbids,
            .operationNotCancellable, .unknownState:
            .failedPrecondition
        case .resourceBusy, .etagMismatch, .planStale: .aborted
        case .consentRequired, .consentInvalid: .permissionDenied
        case .quotaExceeded, .storageFull, .overloaded: .resourceExhausted
        case .serverLost, .engineTimeout, .storeFailed: .unavailable
        case .dataDamaged: .dataLoss
        case .engineFailed, .internal: .internal
        }
    }
}
