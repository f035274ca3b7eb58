public import HoldpointRPC
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Serves calls on Unix sockets and loopback TCP. Safe from any thread.
///
/// `listen` as often as there are endpoints, then `drain` once; the server cannot be used again.
public final class RPCServer: Sendable {
    private let shared: ServerShared
    private let group: MultiThreadedEventLoopGroup
    private let loops: [ServerLoop]
    private let listeners = Mutex<[Listener]>([])

    /// Starts the event loops; nothing is served before `listen`.
    public init(handler: any CallHandler, configuration: RPCServerConfiguration) {
        shared = ServerShared(handler: handler, configuration: configuration)
        group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads ?? System.coreCount)
        loops = group.makeIterator().map { ServerLoop(context: LoopContext(eventLoop: $0)) }
        for loop in loops { loop.context.eventLoop.execute(configuration.prepareLoop) }
    }

    deinit {
        group.shutdownGracefully { _ in }
    }

    /// Begins to serve. Whatever needs descriptors as long as the process lives has them by then: connections get no
    /// more than the process' limit leaves.
    ///
    /// - Returns: the endpoint with the port that was chosen.
    /// - Throws: `EndpointError`, or NIO's error of the system call that failed.
    public func listen(on endpoint: Endpoint) async throws -> Endpoint {
        if listeners.withLock({ $0.isEmpty }) { try await provideForConnections() }
        let high = shared.limits.outboundBytes
        let listener = try await Listener.open(
            endpoint, group: group, limits: (low: high / 2, high: high), admission: shared.admission
        ) { [shared, loops] eventLoop in
            guard let home = loops.first(where: { $0.context.eventLoop === eventLoop }) else {
                throw ChannelError.operationUnsupported
            }
            return ServerConnectionHandler(shared: shared, home: home)
        }
        listeners.withLock { $0.append(listener) }
        return listener.endpoint
    }

    private func provideForConnections() async throws(EndpointError) {
        await DescriptorBudget.openTimers()
        try shared.admission.measure()
    }

    /// Connections that exist now, those included whose handlers have not ended.
    public var connectionCount: Int { shared.connectionCount.load(ordering: .relaxed) }

    /// Ends connections at once, for instance those of a credential that was revoked; their calls are cancelled and
    /// their clients have to authenticate again.
    ///
    /// - Parameter condition: which, by who calls; asked on the connections' event loops.
    public func disconnect(where condition: @escaping @Sendable (Caller) -> Bool) {
        let fault = ConnectionFault(.unauthenticated, "the credential is no longer valid")
        for loop in loops {
            loop.forEachConnection { connection in
                if let caller = connection.caller, condition(caller) { connection.end(fault) }
            }
        }
    }

    /// Ends the server: no new connections and calls, streams without a natural end are cut, other calls may end.
    ///
    /// Only the first call does anything; further ones return at once.
    /// - Parameter time: what the calls have before they are cancelled and their connections closed.
    public func drain(within time: Duration) async {
        guard shared.drain.raise() else { return }
        for listener in takeListeners() { await listener.close() }
        await waitForAccepted()
        for loop in loops { loop.forEachConnection { $0.drain() } }
        await waitForConnections(atMost: time)
        for loop in loops { loop.forEachConnection { $0.abandon() } }
        await waitForConnections(atMost: shared.limits.lingering + Self.handlerFarewell)
        try? await group.shutdownGracefully()
    }

    /// Time that cancelled handlers have to return before their event loops end.
    private static let handlerFarewell = Duration.seconds(1)

    private func takeListeners() -> [Listener] {
        listeners.withLock { listeners in
            defer { listeners = [] }
            return listeners
        }
    }

    /// A connection that was accepted passes from the listener's loop to its own, back, and to its own again before
    /// it is counted. After as many rounds over all loops none is on its way.
    private func waitForAccepted() async {
        for _ in 0..<Self.acceptHops {
            for loop in loops { try? await loop.context.eventLoop.submit {}.get() }
        }
    }

    private static let acceptHops = 3

    private func waitForConnections(atMost time: Duration) async {
        let deadline = ContinuousClock.now + time
        while connectionCount > 0, .now < deadline {
            try? await Task.sleep(for: .milliseconds(5))
        }
    }
}
