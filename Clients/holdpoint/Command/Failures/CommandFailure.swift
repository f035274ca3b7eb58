import ArgumentParser
import HoldpointClient

/// Why the command could not do what it was asked.
struct CommandFailure: Error {
    /// What was asked: `delete volume data-1`.
    let what: String
    /// Why not, and the way out.
    var status: Status
    let exit: ExitStatus
    /// More about it for people, a line each; the status' message says the same in short.
    var notes: [String] = []
    /// The one line that clears every blocker; nil: none does.
    var cascade: Cascading?

    init(_ what: String, _ status: Status, exit: ExitStatus? = nil) {
        self.what = what
        self.status = status
        // An error is never a success, whatever a server says.
        let code = exit ?? ExitStatus(status)
        self.exit = code == .success ? .internalFailure : code
    }

    /// Any error at all, as what it means for the caller. One of a call is that of a call that only reads.
    init(_ what: String, _ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as RPCError: self.init(what, error.status.ofReading)
        case let error as ValidationError: self.init(what, Status(code: .invalidArgument, message: error.message))
        case let error as MessageError: self.init(what, Status(code: .`internal`, message: error.description))
        default: self.init(what, Status(code: .`internal`, message: "\(error)"))
        }
    }

    /// The failure of a call that may have changed something, whatever became of it.
    init(changing what: String, _ error: RPCError) {
        self.init(what, error.status)
    }

    /// The failure with one more way out.
    func remedied(_ description: String, command: String) -> CommandFailure {
        var copy = self
        copy.status.remedies.append(Remedy(description: description, command: command))
        return copy
    }
}

extension Status {
    /// Of a call that changes nothing there is no outcome that could be unknown: without an answer, nothing was done.
    fileprivate var ofReading: Status {
        guard reason == RPCReason.outcomeUnknown else { return self }
        var status = self
        status.code = .unavailable
        status.reason = ""
        status.message = "the connection was lost before the answer came; nothing was to be changed, so ask again"
        return status
    }
}
