internal import HoldpointRPC
internal import NIOCore
internal import NIOPosix

/// A listening socket and what has to be cleaned up after it.
struct Listener: Sendable {
    let channel: any Channel
    let endpoint: Endpoint
    private let removeFile: @Sendable () -> Void

    /// Connections that wait while nothing is accepted, because the process is stopped or busy.
    private static let backlog: Int32 = 4_096

    static func open(
        _ endpoint: Endpoint, group: any EventLoopGroup, limits: (low: Int, high: Int), admission: Admission,
        makeHandler: @escaping @Sendable (any EventLoop) throws -> ServerConnectionHandler
    ) async throws -> Listener {
        let gate = { @Sendable in AcceptGate(admission: admission, listener: endpoint.listener) }
        let bootstrap = bootstrap(group: group, limits: limits, makeGate: gate, makeHandler: makeHandler)
        switch endpoint {
        case .unix(let path):
            let socket = try UnixSocket(path: path)
            do {
                let channel = try await bootstrap.withBoundSocket(socket.descriptor).get()
                // NIO listens on a socket that was bound before with a backlog of its own.
                try socket.listen(backlog: backlog)
                return Listener(channel: channel, endpoint: endpoint, removeFile: { socket.removeFile() })
            } catch {
                socket.removeFile()
                throw error
            }
        case .tcp(let host, let port):
            let address = try SocketAddress.makeAddressResolvingHost(host, port: port)
            guard address.isLoopback else { throw EndpointError.notLoopback(host) }
            let channel = try await bootstrap.bind(to: address).get()
            let boundPort = channel.localAddress?.port ?? port
            return Listener(channel: channel, endpoint: .tcp(host: host, port: boundPort), removeFile: {})
        }
    }

    /// Takes no more connections; those that exist go on.
    func close() async {
        removeFile()
        try? await channel.close().get()
    }

    private static func bootstrap(
        group: any EventLoopGroup, limits: (low: Int, high: Int), makeGate: @escaping @Sendable () -> AcceptGate,
        makeHandler: @escaping @Sendable (any EventLoop) throws -> ServerConnectionHandler
    ) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(makeGate())
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: limits.low, high: limits.high))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if case .v4 = channel.localAddress {
                        try channel.syncOptions?.setOption(.tcpOption(.tcp_nodelay), value: 1)
                    } else if case .v6 = channel.localAddress {
                        try channel.syncOptions?.setOption(.tcpOption(.tcp_nodelay), value: 1)
                    }
                    try channel.pipeline.syncOperations.addHandler(try makeHandler(channel.eventLoop))
                }
            }
    }
}

extension Endpoint {
    fileprivate var listener: ConnectionPlaces.Listener {
        if case .unix = self { .unix } else { .tcp }
    }
}

extension SocketAddress {
    /// Whether only this machine can reach it: 127.0.0.0/8 or ::1.
    var isLoopback: Bool {
        switch self {
        case .v4: ipAddress?.hasPrefix("127.") ?? false
        case .v6: ipAddress == "::1"
        case .unixDomainSocket: true
        }
    }
}
