internal import ProtobufC

extension IncomingResponse {
    /// What the call's client learns: the payload copied out, or the status.
    public func result() -> Result<[UInt8], RPCError> {
        guard let status, !status.isEmpty else { return .success(Array(payload)) }
        do {
            let status = try Status(serialized: status, from: .response, arena: Arena())
            return status.code == .ok ? .success(Array(payload)) : .failure(RPCError(status: status))
        } catch {
            return .failure(RPCError(.internal, "the answer's status cannot be read: \(error.description)"))
        }
    }
}

extension RPCError {
    /// The connection was lost while the call was on it.
    public static let outcomeUnknown = RPCError(
        .unknown, "the connection was lost after the request had been sent", reason: RPCReason.outcomeUnknown)

    /// The request does not fit the server's frame limit; it was not sent.
    public static func requestTooLarge(limit: Int) -> RPCError {
        RPCError(
            .resourceExhausted, "the request is larger than the \(limit) bytes that the server takes",
            reason: RPCReason.requestTooLarge)
    }

    /// What calls learn that the server did not start before it ended the connection.
    public init(_ goAway: GoAway) {
        switch goAway.code {
        case .unauthenticated: self.init(.unauthenticated, goAway.message)
        case .version: self.init(.unimplemented, goAway.message)
        case .enhanceYourCalm:
            self.init(
                .unavailable, "the server ended the connection: \(goAway.message)", reason: RPCReason.overloaded)
        default: self.init(.unavailable, "the server ended the connection: \(goAway.message)")
        }
    }
}
