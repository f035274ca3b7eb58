import HoldpointClient

/// The command's exit codes: a promise to scripts.
enum ExitStatus: Int32 {
    case success = 0
    case internalFailure = 1
    case usage = 2
    case notFound = 3
    case refused = 4
    case denied = 5
    /// Nothing was done.
    case unavailable = 6
    case operationFailed = 7
    case exhausted = 8
    /// It may have been done, or is still being done.
    case outcomeUnknown = 9
    case interrupted = 130

    /// From the status code alone; the reason changes it only where the RPC layer has no code for a lost connection.
    init(_ status: Status) {
        guard status.reason != RPCReason.outcomeUnknown else {
            self = .outcomeUnknown
            return
        }
        switch status.code {
        case .ok: self = .success
        case .`internal`, .unknown, .unimplemented, .unrecognized: self = .internalFailure
        case .invalidArgument, .outOfRange: self = .usage
        case .notFound: self = .notFound
        case .failedPrecondition, .aborted, .alreadyExists: self = .refused
        case .unauthenticated, .permissionDenied: self = .denied
        case .unavailable: self = .unavailable
        case .dataLoss: self = .operationFailed
        case .resourceExhausted: self = .exhausted
        case .deadlineExceeded, .cancelled: self = .outcomeUnknown
        }
    }
}
