public import ProtobufC

extension Status {
    /// The status of a call whose handler threw.
    ///
    /// - Parameters:
    ///   - interruption: why the handler's task was cancelled; nil: it was not.
    ///   - mapping: for errors that are neither an `RPCError` nor a cancellation.
    public init(handlerError error: any Error, interruption: RPCError?, mapping: any ErrorMapping) {
        switch error {
        case let error as RPCError:
            self = error.status
            // An error is no success, whatever it says.
            if code == .ok { code = .unknown }
        case is CancellationError:
            self = (interruption ?? RPCError(.cancelled, "the handler was cancelled")).status
        default:
            self = mapping.status(for: error)
            if code == .ok { code = .unknown }
        }
    }
}

extension RPCError {
    /// The call's time is over.
    public static let deadlineExceeded = RPCError(.deadlineExceeded, "the call's time is over")
    /// The client no longer wants the answer.
    public static let cancelled = RPCError(.cancelled, "the call was cancelled")
    /// The server ends, and with it streams that have no end of their own.
    public static let shuttingDown = RPCError(
        .unavailable, "the server is shutting down", reason: RPCReason.shuttingDown)
    /// The method needs a credential and the connection has none.
    public static let unauthenticated = RPCError(.unauthenticated, "this method needs a credential")

    /// The peer's frame limit is too low for the answer.
    public static func responseTooLarge(limit: Int) -> RPCError {
        RPCError(
            .resourceExhausted, "the answer is larger than the \(limit) bytes that the client takes",
            reason: RPCReason.responseTooLarge)
    }

    /// The request's bytes are refused; the text and the field are the guard's.
    public init(badRequest error: MessageError) {
        var violation = FieldViolation()
        violation.field = error.field
        violation.description = error.reason
        self.init(
            .invalidArgument, error.description, fieldViolations: error.field.isEmpty ? [] : [violation])
    }

    /// No such method.
    public static func unknownMethod(_ name: String) -> RPCError {
        RPCError(.unimplemented, "there is no method \(name)")
    }
}
