internal import HoldpointRPC
internal import NIOCore
internal import NIOPosix

/// Opens connections.
enum ClientConnector {
    /// - Parameter makeHandler: called on the event loop.
    static func connect(
        to endpoint: Endpoint, eventLoop: any EventLoop, timeout: Duration,
        makeHandler: @escaping @Sendable () -> ClientConnectionHandler
    ) -> EventLoopFuture<ClientConnectionHandler> {
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(TimeAmount(timeout))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(makeHandler())
                }
            }
        return open(endpoint, bootstrap).flatMapThrowing { channel in
            try channel.pipeline.syncOperations.handler(type: ClientConnectionHandler.self)
        }
    }

    private static func open(_ endpoint: Endpoint, _ bootstrap: ClientBootstrap) -> EventLoopFuture<any Channel> {
        switch endpoint {
        case .unix(let path):
            return bootstrap.connect(unixDomainSocketPath: path)
        case .tcp(let host, let port):
            let bootstrap = bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1)
            // A literal address needs no resolver, and so no further thread.
            if let address = try? SocketAddress(ipAddress: host, port: port) { return bootstrap.connect(to: address) }
            return bootstrap.connect(host: host, port: port)
        }
    }
}
