public import HoldpointRPC
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// A server that is reached through a socket: one connection, many calls, on one thread of its own.
///
/// It connects when the first call is made, again when the connection is lost, and queues calls over what the server
/// takes at once. Safe from any thread.
public final class RPCClient: RPCChannel {
    private let group: MultiThreadedEventLoopGroup
    private let core: ClientCore
    private let configuration: RPCClientConfiguration

    /// Starts the thread; connects later.
    ///
    /// - Parameters:
    ///   - token: bearer token; nil: none, enough on a Unix socket whose server trusts the user, and for Health.
    ///   - project: of all calls, id or name; nil: the default one.
    public init(
        endpoint: Endpoint, token: String? = nil, project: String? = nil,
        configuration: RPCClientConfiguration = RPCClientConfiguration()
    ) {
        self.configuration = configuration
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        core = ClientCore(
            endpoint: endpoint, hello: Self.hello(token: token, project: project, configuration: configuration),
            configuration: configuration, loop: LoopContext(eventLoop: group.next()))
    }

    /// Ends calls that still run with `CANCELLED`, and the thread. The client cannot be used again.
    public func close() async {
        core.post(.close)
        try? await group.shutdownGracefully()
    }

    deinit {
        core.post(.close)
        group.shutdownGracefully { _ in }
    }

    public func unary(method: String, payload: [UInt8], options: CallOptions) async throws(RPCError) -> [UInt8] {
        var series = AttemptSeries(policy: configuration.retryPolicy, options: options)
        while true {
            let call = ClientCall(
                method: method, payload: payload, metadata: options.metadata, deadline: series.deadline)
            switch await answer(to: call) {
            case .success(let payload): return payload
            case .failure(let error): try await series.waitForNext(after: error)
            }
        }
    }

    public func serverStreaming(method: String, payload: [UInt8], options: CallOptions) -> ResponseBytes {
        ResponseBytes { [core, configuration] () throws(RPCError) in
            let series = AttemptSeries(policy: configuration.retryPolicy, options: options)
            return RetryingStream(series: series) {
                ClientStream.start(
                    ClientCall(
                        method: method, payload: payload, metadata: options.metadata, deadline: series.deadline),
                    core: core)
            }
        }
    }

    public func clientStreaming(
        method: String, options: CallOptions, _ produce: @escaping RequestProducer
    ) async throws -> [UInt8] {
        let call = Self.streamingCall(method: method, options: options)
        let core = core
        return try await Production.answer(
            produce, into: ClientRequestSink(call: call, core: core),
            finish: { core.post(.endOfRequests(call)) }, giveUp: { core.post(.giveUp(call)) }
        ) {
            await answer(to: call)
        }
    }

    public func bidirectional(
        method: String, options: CallOptions, _ produce: @escaping RequestProducer
    ) -> ResponseBytes {
        ResponseBytes { [core] () throws(RPCError) in
            let call = Self.streamingCall(method: method, options: options)
            let producer = ProducerReference()
            let queue = ClientStream.start(call, core: core, whenOver: { producer.cancel() })
            producer.set(
                Production.start(
                    produce, into: ClientRequestSink(call: call, core: core),
                    finish: { core.post(.endOfRequests(call)) }, giveUp: { core.post(.giveUp(call)) }))
            return queue
        }
    }

    private static func streamingCall(method: String, options: CallOptions) -> ClientCall {
        ClientCall(
            method: method, payload: [], metadata: options.metadata, deadline: options.timeout.map { .now + $0 },
            outgoing: OutgoingItems())
    }

    private func answer(to call: ClientCall) async -> Result<[UInt8], RPCError> {
        let slot = AnswerSlot()
        call.receiver = .unary(slot)
        return await withTaskCancellationHandler {
            core.post(.start(call))
            return await slot.value()
        } onCancel: {
            core.post(.giveUp(call))
        }
    }

    private static func hello(token: String?, project: String?, configuration: RPCClientConfiguration) -> Hello {
        var hello = Hello()
        hello.protocolVersions = [ProtocolLimits.version]
        hello.software = configuration.software
        hello.maxFrameBytes = UInt32(clamping: configuration.frameBytes)
        hello.initialStreamWindow = UInt32(clamping: configuration.streamWindowBytes)
        hello.token = token ?? ""
        hello.project = project ?? ""
        return hello
    }
}
