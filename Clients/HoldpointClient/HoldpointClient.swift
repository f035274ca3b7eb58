/// A client of one Holdpoint server: every service, on connections that it opens when they are needed.
///
/// Safe from any thread; one is enough for a process. Calls that fail with `UNAVAILABLE` are retried within their
/// time-out, which is safe because every mutation carries a request id.
///
///     let client = HoldpointClient(endpoint: try Endpoint(parsing: "unix:/var/lib/holdpoint/holdpoint.sock"))
///     let volume = Volume(name: "data-1", sizeBytes: 10 << 30)
///     let answer = try await client.volumes.createVolume(
///         CreateVolumeRequest(requestID: HoldpointClient.newRequestID(), volume: volume))
///     if let operation = answer.operation { _ = try await client.wait(for: operation) }
///     await client.close()
public struct HoldpointClient: Sendable {
    /// Of the client library and the command.
    public static let version = "0.1.0"

    /// What the services call through; for calls that have no generated client.
    public let channel: any RPCChannel

    public let servers: ServerServiceClient
    public let volumes: VolumeServiceClient
    public let snapshots: SnapshotServiceClient
    public let serverSnapshots: ServerSnapshotServiceClient
    public let plans: PlanServiceClient
    public let operations: OperationServiceClient
    public let events: EventServiceClient
    public let admin: AdminServiceClient
    public let access: AccessServiceClient
    public let health: HealthServiceClient
    public let introspection: IntrospectionServiceClient

    private let closeChannel: @Sendable () async -> Void

    /// A client of a server that is reached over a socket. Nothing is sent before the first call.
    ///
    /// - Parameters:
    ///   - endpoint: where the server listens.
    ///   - token: bearer token; nil: the Unix socket's user id has to do.
    ///   - project: id or name of the project that all calls are about; nil: the default one.
    ///   - configuration: limits, keepalive and retries.
    public init(
        endpoint: Endpoint, token: String? = nil, project: String? = nil,
        configuration: RPCClientConfiguration = RPCClientConfiguration()
    ) {
        let rpc = RPCClient(endpoint: endpoint, token: token, project: project, configuration: configuration)
        self.init(channel: rpc) { await rpc.close() }
    }

    /// A client over any other channel: a server in the same process.
    ///
    /// - Parameter close: called by `close()`.
    public init(channel: any RPCChannel, close: @escaping @Sendable () async -> Void = {}) {
        self.channel = channel
        servers = ServerServiceClient(channel)
        volumes = VolumeServiceClient(channel)
        snapshots = SnapshotServiceClient(channel)
        serverSnapshots = ServerSnapshotServiceClient(channel)
        plans = PlanServiceClient(channel)
        operations = OperationServiceClient(channel)
        events = EventServiceClient(channel)
        admin = AdminServiceClient(channel)
        access = AccessServiceClient(channel)
        health = HealthServiceClient(channel)
        introspection = IntrospectionServiceClient(channel)
        closeChannel = close
    }

    /// Closes the connections; calls in flight fail. Safe to repeat.
    public func close() async {
        await closeChannel()
    }
}
