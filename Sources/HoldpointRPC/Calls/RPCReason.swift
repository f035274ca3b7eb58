/// Reasons that the RPC layer itself puts into a status; those of the services are in the command's table.
public enum RPCReason {
    /// `RESOURCE_EXHAUSTED`: the connection has as many calls in flight as the server takes. `UNAVAILABLE`: the server
    /// has as many connections as it serves.
    public static let overloaded = "OVERLOADED"
    /// `RESOURCE_EXHAUSTED`: the answer is over the peer's frame limit.
    public static let responseTooLarge = "RESPONSE_TOO_LARGE"
    /// `RESOURCE_EXHAUSTED`: the request is over the server's frame limit; it was not sent.
    public static let requestTooLarge = "REQUEST_TOO_LARGE"
    /// `RESOURCE_EXHAUSTED`: keys and values beside the request are over the limit.
    public static let metadataTooLarge = "METADATA_TOO_LARGE"
    /// `UNAVAILABLE`: the server is about to end; the call was not started, or was a stream without a natural end.
    public static let shuttingDown = "SHUTTING_DOWN"
    /// `UNAVAILABLE`: nobody listens at the endpoint.
    public static let notListening = "NOT_LISTENING"
    /// `UNAVAILABLE`: the system does not let this process connect to the endpoint.
    public static let notPermitted = "NOT_PERMITTED"
    /// `UNKNOWN`: the connection was lost after the request had been sent, and asking again did not help.
    public static let outcomeUnknown = "OUTCOME_UNKNOWN"
}
