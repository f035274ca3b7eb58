internal import HoldpointRPC
internal import NIOCore

/// One connection of the client. What a frame means is decided by `ClientConnection`. Used on its loop only.
final class ClientConnectionHandler: ChannelInboundHandler, Flushable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let core: ClientCore
    private let loop: LoopContext
    private var state: ClientConnection
    private var context: ChannelHandlerContext?
    private var calls: [UInt32: ClientCall] = [:]
    private var input = FrameInput()
    private var output = OutboundBuffer()
    private var isDirty = false
    /// Some items of requests wait for the output, not for credit.
    private var hasCongestedItems = false
    private var hasBegun = false
    private(set) var isClosed = false
    private var checkTimer: (due: ContinuousClock.Instant, timer: WheelTimer)?
    /// What calls learn if the connection ends before the server's Hello.
    private var failure: RPCError? = RPCError(.unavailable, "the server closed the connection before its Hello")

    init(core: ClientCore) {
        self.core = core
        loop = core.loop
        let configuration = core.configuration
        state = ClientConnection(
            streamWindowBytes: configuration.streamWindowBytes, keepalive: configuration.keepalive,
            helloTimeout: configuration.helloTimeout, firstCallID: configuration.firstCallID, now: .now)
    }

    // MARK: What the core asks for

    /// Sends the Hello, which must be the first frame. Safe to repeat.
    func begin() {
        guard !hasBegun else { return }
        hasBegun = true
        append(message(core.hello) { .hello($0) })
        armCheck()
    }

    var serverFrameBytes: Int { state.server.frameBytes }

    func admission(of call: ClientCall) -> ClientConnection.Admission {
        // The last id has the longest encoding, so the size is an upper bound.
        let request = call.request(callID: ProtocolLimits.lastCallID, now: loop.now)
        return state.admission(frameByteCount: OutgoingFrame.request(request).frameByteCount)
    }

    /// Legal after `admission` said `start`.
    func send(_ call: ClientCall) {
        let callID = state.start(isStream: call.isStream, streamsRequests: call.outgoing != nil)
        calls[callID] = call
        call.place = (self, callID)
        append(.request(call.request(callID: callID, now: loop.now)))
        sendItems(of: call)
    }

    /// Sends a call's requests, as far as credit and output allow.
    func sendItems(of call: ClientCall) {
        guard let outgoing = call.outgoing, let callID = call.place?.callID, !isClosed else { return }
        while let item = outgoing.next, state.allowsItem(callID) {
            guard !isCongested else {
                hasCongestedItems = true
                return
            }
            let frame = OutgoingFrame.streamItem(callID: callID, payload: .bytes(item.payload))
            guard frame.frameByteCount <= state.server.frameBytes else {
                outgoing.settle(.requestTooLarge(limit: state.server.frameBytes))
                continue
            }
            append(frame)
            state.itemSent(callID, payloadByteCount: item.payload.count)
            outgoing.settle(nil)
        }
        if outgoing.takeEnd() { append(.endOfStream(callID: callID)) }
    }

    /// More waits than the server should leave unread.
    private var isCongested: Bool {
        output.byteCount > Self.outboundBytes || context?.channel.isWritable == false
    }

    private static let outboundBytes = 1 << 20

    /// The caller no longer wants the answer.
    func giveUp(_ call: ClientCall) {
        guard let callID = call.place?.callID, calls.removeValue(forKey: callID) != nil else { return }
        if state.cancel(callID) { append(.cancel(callID: callID)) }
    }

    func consumed(_ call: ClientCall, bytes: Int) {
        guard let callID = call.place?.callID, let update = state.consumed(callID, bytes: bytes) else { return }
        append(.windowUpdate(callID: callID, bytes: update))
    }

    func closeIfFinished() {
        if !state.takesCalls, state.liveCallCount == 0 { close() }
    }

    func close() {
        context?.close(promise: nil)
    }

    // MARK: What the channel says

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func channelActive(context: ChannelHandlerContext) {
        loop.turn { begin() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        loop.beginTurn()
        guard !isClosed else { return }
        state.received(now: loop.now)
        input.append(unwrapInboundIn(data))
        parse()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        loop.settle()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return }
        loop.turn { resumeItems() }
    }

    private func resumeItems() {
        guard hasCongestedItems else { return }
        hasCongestedItems = false
        for call in calls.values where call.outgoing != nil { sendItems(of: call) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        loop.turn { connectionLost() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        loop.turn { connectionLost() }
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func connectionLost() {
        guard !isClosed else { return }
        isClosed = true
        checkTimer.map { loop.timers.cancel($0.timer) }
        let orphans = calls.values
        calls = [:]
        for call in orphans { core.finish(call, .failure(.outcomeUnknown)) }
        // Of one that was never made, whoever connects learns why.
        core.lost(self, failure: hasBegun ? failure : nil)
    }

    // MARK: Frames

    private func parse() {
        var bytes = input.take()
        let consumed = bytes.withUnsafeReadableBytes { takeFrames($0) }
        guard !isClosed else { return }
        bytes.moveReaderIndex(forwardBy: consumed)
        input.restore(bytes)
        core.pumpQueue()
    }

    /// Safe: the memory is NIO's, lent for this call; what is kept is copied.
    private func takeFrames(_ bytes: UnsafeRawBufferPointer) -> Int {
        var consumed = 0
        while !isClosed {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[consumed...])
            switch FrameLength.read(rest, limit: core.configuration.frameBytes) {
            case .incomplete:
                return consumed
            case .empty:
                fail(ConnectionFault(.protocolError, "a frame of length 0"))
            case .tooLarge:
                fail(ConnectionFault(.frameTooLarge, "a frame over \(core.configuration.frameBytes) bytes"))
            case .frame(let byteCount):
                let whole = FrameLength.byteCount + byteCount
                guard rest.count >= whole else { return consumed }
                take(UnsafeRawBufferPointer(rebasing: rest[FrameLength.byteCount..<whole]))
                consumed += whole
            }
        }
        return consumed
    }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        do throws(FrameFault) {
            let frame = try FrameParser.parse(bytes)
            do throws(ConnectionFault) {
                act(on: frame, try state.receive(frame, now: loop.now))
            } catch {
                fail(error)
            }
        } catch {
            fail(ConnectionFault(.protocolError, error.description))
        }
    }

    private func act(on frame: IncomingFrame, _ action: ClientConnection.Action) {
        switch action {
        case .none:
            break
        case .ready:
            failure = nil
            armCheck()
        case .response(let callID):
            if case .response(let response) = frame { receive(response, callID: callID) }
        case .item(let callID):
            if case .streamItem(_, let payload) = frame { calls[callID]?.receive(item: Array(payload)) }
        case .resume(let callID):
            if let call = calls[callID] { sendItems(of: call) }
        case .slotFreed:
            closeIfFinished()
        case .goAway(let goAway, let notStarted):
            receive(goAway, notStarted: notStarted)
        case .pong(let nonce):
            append(.pong(nonce: nonce))
        }
    }

    private func receive(_ response: IncomingResponse, callID: UInt32) {
        if let call = calls.removeValue(forKey: callID) { core.finish(call, response.result()) }
        closeIfFinished()
    }

    private func receive(_ goAway: GoAway, notStarted: [UInt32]) {
        let error = RPCError(goAway)
        // A server that refuses the connection at once does not take the calls that still wait either.
        if failure != nil || error.code != .unavailable { failure = error }
        core.move(notStarted.compactMap { calls.removeValue(forKey: $0) }, because: error)
        core.retire(self)
        closeIfFinished()
    }

    private func fail(_ fault: ConnectionFault) {
        guard !isClosed else { return }
        append(message(GoAway(fault, lastCallID: 0)) { .goAway($0) })
        flush()
        close()
    }

    private func message(_ message: some RPCMessage, _ frame: (FramePayload) -> OutgoingFrame) -> OutgoingFrame {
        loop.scratch.reset()
        return frame((try? loop.scratch.payload(message)) ?? .none)
    }

    // MARK: Output and time

    private func append(_ frame: OutgoingFrame) {
        guard !isClosed else { return }
        output.append(frame)
        guard !isDirty else { return }
        isDirty = true
        loop.markDirty(self)
    }

    func flush() {
        isDirty = false
        guard let context, let bytes = output.take() else { return }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        if context.channel.isWritable { resumeItems() }
    }

    private func armCheck() {
        guard !isClosed, let due = state.nextCheck else { return }
        if let checkTimer {
            guard due < checkTimer.due else { return }
            loop.timers.cancel(checkTimer.timer)
        }
        let timer = loop.timers.schedule(after: max(.milliseconds(1), due - loop.now)) {
            self.check()
        }
        checkTimer = (due, timer)
    }

    private func check() {
        checkTimer = nil
        guard !isClosed else { return }
        do throws(ConnectionFault) {
            if let nonce = try state.check(now: loop.now) { append(.ping(nonce: nonce)) }
            armCheck()
        } catch {
            fail(error)
        }
    }
}
