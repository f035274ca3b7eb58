public import HoldpointRPC
public import Logging

/// What a server is told at its start.
public struct RPCServerConfiguration: Sendable {
    public var limits = ServerLimits()
    /// Name and version, for the Hello: `holdpointd/1.0`.
    public var software = "holdpointd"
    /// Statuses of the errors that handlers throw.
    public var errorMapping: any ErrorMapping = OpaqueErrorMapping()
    public var credentials: any CredentialCheck
    public var logger = Logger(label: "holdpoint.rpc")
    /// Event loops; nil: one a core.
    public var threads: Int?
    /// Called once on the thread of every event loop, before anything else runs there; must not wait.
    public var prepareLoop: @Sendable () -> Void = {}

    public init(credentials: any CredentialCheck) {
        self.credentials = credentials
    }
}
