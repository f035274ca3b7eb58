internal import HoldpointRPC
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// The client's calls and its connection, on one event loop.
///
/// Unchecked: everything but the mailbox is used on the loop only.
final class ClientCore: @unchecked Sendable {
    /// What callers ask for, from any thread.
    enum Command: Sendable {
        case start(ClientCall)
        /// The caller no longer wants the answer.
        case giveUp(ClientCall)
        /// The consumer of a stream took items that cost so many bytes.
        case consumed(ClientCall, bytes: Int)
        /// An item of the call's requests.
        case send(ClientCall, OutgoingItems.Item)
        /// Nothing comes behind the items that were given.
        case endOfRequests(ClientCall)
        /// A sender of an item no longer waits.
        case pump(ClientCall)
        case close
    }

    private struct Mailbox {
        var commands: [Command] = []
        var isWaking = false
        /// The loop may have ended.
        var isClosed = false
    }

    let endpoint: Endpoint
    let hello: Hello
    let configuration: RPCClientConfiguration
    let loop: LoopContext

    private let mailbox = Mutex(Mailbox())
    /// The connection that takes new calls.
    private var connection: ClientConnectionHandler?
    /// Those that only finish their calls.
    private var retired: [ObjectIdentifier: ClientConnectionHandler] = [:]
    private var isConnecting = false
    private var isClosed = false
    private var queue = Fifo<ClientCall>()
    private var connectFailure: RPCError?
    private var hasConnected = false
    /// Set while the server's queue of connections is full.
    private var fullQueue: (since: ContinuousClock.Instant, failures: Int)?

    init(endpoint: Endpoint, hello: Hello, configuration: RPCClientConfiguration, loop: LoopContext) {
        self.endpoint = endpoint
        self.hello = hello
        self.configuration = configuration
        self.loop = loop
    }

    /// Takes a command; commands of many callers share a wake-up, and their frames a write.
    func post(_ command: Command) {
        let (isClosed, mustWake) = mailbox.withLock { mailbox in
            if mailbox.isClosed { return (true, false) }
            mailbox.commands.append(command)
            if case .close = command { mailbox.isClosed = true }
            defer { mailbox.isWaking = true }
            return (false, !mailbox.isWaking)
        }
        if mustWake { loop.eventLoop.execute { self.loop.turn { self.handleCommands() } } }
        guard isClosed else { return }
        if case .start(let call) = command { call.end(.failure(.clientClosed)) }
        if case .send(_, let item) = command { item.continuation.resume(throwing: CancellationError()) }
    }

    private func handleCommands() {
        let commands = mailbox.withLock { mailbox in
            defer {
                mailbox.commands = []
                mailbox.isWaking = false
            }
            return mailbox.commands
        }
        for command in commands { handle(command) }
    }

    private func handle(_ command: Command) {
        switch command {
        case .start(let call): start(call)
        case .giveUp(let call): end(call, .failure(.cancelled))
        case .consumed(let call, let bytes): call.place?.connection.consumed(call, bytes: bytes)
        case .send(let call, let item):
            call.outgoing?.append(item)
            call.place?.connection.sendItems(of: call)
        case .endOfRequests(let call):
            call.outgoing?.end()
            call.place?.connection.sendItems(of: call)
        case .pump(let call):
            _ = call.outgoing?.next
            call.place?.connection.sendItems(of: call)
        case .close: close()
        }
    }

    private func start(_ call: ClientCall) {
        guard !call.isOver else { return }
        guard !isClosed else { return call.end(.failure(.clientClosed)) }
        if let deadline = call.deadline {
            call.timer = loop.timers.schedule(after: max(.zero, deadline - loop.now)) {
                self.deadlinePassed(call)
            }
        }
        queue.append(call)
        pumpQueue()
    }

    /// Ends a call from this side, wherever it is.
    private func end(_ call: ClientCall, _ result: Result<[UInt8], RPCError>) {
        call.place?.connection.giveUp(call)
        finish(call, result)
    }

    /// The call has ended; its caller learns the result.
    func finish(_ call: ClientCall, _ result: Result<[UInt8], RPCError>) {
        call.timer.map(loop.timers.cancel)
        call.timer = nil
        call.end(result)
    }

    private func deadlinePassed(_ call: ClientCall) {
        // Of a call that was never sent the caller should learn why.
        let reason = call.place == nil ? connectFailure : nil
        end(call, .failure(reason ?? .deadlineExceeded))
    }

    /// Sends what waits, as far as the connection takes it.
    func pumpQueue() {
        while let call = queue.first {
            if call.isOver {
                _ = queue.removeFirst()
                continue
            }
            guard let connection else { return connect() }
            switch connection.admission(of: call) {
            case .start:
                _ = queue.removeFirst()
                connection.send(call)
            case .tooLarge:
                _ = queue.removeFirst()
                finish(call, .failure(.requestTooLarge(limit: connection.serverFrameBytes)))
            case .wait:
                return
            case .elsewhere:
                retire(connection)
            }
        }
    }

    /// A connection that takes no new calls finishes those that it has.
    func retire(_ connection: ClientConnectionHandler) {
        guard self.connection === connection else { return }
        self.connection = nil
        retired[ObjectIdentifier(connection)] = connection
        connection.closeIfFinished()
    }

    /// Queues calls anew that a connection did not start; a second time they fail with the reason.
    func move(_ calls: [ClientCall], because error: RPCError) {
        for call in calls {
            call.place = nil
            // What a producer has sent is gone.
            if call.wasMoved || call.outgoing != nil || error.code != .unavailable {
                finish(call, .failure(error))
            } else {
                call.wasMoved = true
                queue.append(call)
            }
        }
    }

    /// - Parameter failure: set if the connection never became usable; then nothing that waits can be sent either.
    func lost(_ connection: ClientConnectionHandler, failure: RPCError?) {
        retired[ObjectIdentifier(connection)] = nil
        if self.connection === connection { self.connection = nil }
        if let failure { failQueue(failure) }
        pumpQueue()
    }

    private func failQueue(_ error: RPCError, keeping isKept: (ClientCall) -> Bool = { _ in false }) {
        for call in queue.removeAll() where !call.isOver {
            if isKept(call) {
                queue.append(call)
            } else {
                finish(call, .failure(error))
            }
        }
    }

    private func connect() {
        guard !isConnecting, !isClosed else { return }
        isConnecting = true
        ClientConnector.connect(to: endpoint, eventLoop: loop.eventLoop, timeout: configuration.connectTimeout) {
            [self] in ClientConnectionHandler(core: self)
        }.assumeIsolated().whenComplete { result in
            self.loop.turn { self.connected(result) }
        }
    }

    private func connected(_ result: Result<ClientConnectionHandler, any Error>) {
        isConnecting = false
        switch result {
        case .success(let connection):
            connectFailure = nil
            hasConnected = true
            fullQueue = nil
            if isClosed || connection.isClosed { return connection.close() }
            self.connection = connection
            // The connection is told of its start only after this; calls follow the Hello.
            connection.begin()
        case .failure(let error):
            // One that was reached before is coming back.
            let failure = RPCError(
                .unavailable, "cannot connect to \(endpoint): \(ConnectFailure.text(error))",
                reason: hasConnected ? "" : ConnectFailure.reason(error) ?? "")
            connectFailure = failure
            if ConnectFailure.isFullQueue(error) { return waitForRoom(failure) }
            fullQueue = nil
            failQueue(failure)
        }
        pumpQueue()
    }

    /// Connects again in a moment. Calls wait until their deadlines; those that have none, as long as for a Hello.
    private func waitForRoom(_ failure: RPCError) {
        let (since, failures) = fullQueue ?? (loop.now, 0)
        fullQueue = (since, failures + 1)
        if loop.now - since >= configuration.helloTimeout { failQueue(failure) { $0.deadline != nil } }
        var generator = SystemRandomNumberGenerator()
        let pause = configuration.retryPolicy.backoff(failures: failures + 1, using: &generator)
        isConnecting = true
        _ = loop.timers.schedule(after: min(pause, Self.longestWaitForRoom)) {
            self.isConnecting = false
            self.pumpQueue()
        }
    }

    /// Between two attempts at a queue of connections that is full.
    private static let longestWaitForRoom = Duration.milliseconds(500)

    private func close() {
        isClosed = true
        failQueue(.clientClosed)
        connection?.close()
        for connection in retired.values { connection.close() }
    }
}

extension RPCError {
    /// The client was closed by its owner.
    fileprivate static let clientClosed = RPCError(.cancelled, "the client was closed")
}
