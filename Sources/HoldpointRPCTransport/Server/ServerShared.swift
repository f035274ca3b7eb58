internal import HoldpointRPC
internal import Synchronization

/// What all connections of a server share. Safe from any thread.
final class ServerShared: Sendable {
    /// Memory of decoded requests that may be alive at once in the process, bytes. Small ones are not counted.
    static let decodedByteLimit = 256 << 20

    let handler: any CallHandler
    let configuration: RPCServerConfiguration
    let drain = DrainSignal()
    let admission: Admission
    let connectionCount = Atomic(0)
    let receivedBytes = Atomic(0)
    let decodedBytes = Atomic(0)

    init(handler: any CallHandler, configuration: RPCServerConfiguration) {
        self.handler = handler
        self.configuration = configuration
        admission = Admission(limit: configuration.limits.connections)
    }

    var limits: ServerLimits { configuration.limits }

    /// Whether the connections together hold more received bytes than the process may.
    var isOverMemory: Bool { receivedBytes.load(ordering: .relaxed) > limits.processReceivedBytes }

    /// Takes memory for a decoded request, if there is any left.
    func reserveDecoded(_ byteCount: Int) -> Bool {
        guard byteCount > 0 else { return true }
        let sum = decodedBytes.add(byteCount, ordering: .relaxed).newValue
        if sum <= Self.decodedByteLimit { return true }
        releaseDecoded(byteCount)
        return false
    }

    func releaseDecoded(_ byteCount: Int) {
        guard byteCount > 0 else { return }
        decodedBytes.subtract(byteCount, ordering: .relaxed)
    }
}

/// The server's part of one event loop: its connections.
///
/// Unchecked: used on the loop only.
final class ServerLoop: @unchecked Sendable {
    let context: LoopContext
    private(set) var connections: [ObjectIdentifier: ServerConnectionHandler] = [:]

    init(context: LoopContext) {
        self.context = context
    }

    func add(_ connection: ServerConnectionHandler) {
        connections[ObjectIdentifier(connection)] = connection
    }

    /// False if it was not there.
    func remove(_ connection: ServerConnectionHandler) -> Bool {
        connections.removeValue(forKey: ObjectIdentifier(connection)) != nil
    }

    /// Does something with every connection, soon.
    func forEachConnection(_ work: @escaping @Sendable (ServerConnectionHandler) -> Void) {
        context.eventLoop.execute { [self] in
            context.turn { for connection in connections.values { work(connection) } }
        }
    }
}
