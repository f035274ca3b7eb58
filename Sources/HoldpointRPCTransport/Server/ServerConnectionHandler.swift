internal import HoldpointRPC
internal import Logging
internal import NIOCore

/// One connection of the server: bytes in, frames, calls, one write a turn. Used on its loop only.
///
/// What a frame means is decided by `ServerConnection`; this class does what it says. Its parts are in files beside.
final class ServerConnectionHandler: ChannelDuplexHandler, Flushable {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        case active
        /// Drained: every call has ended, and what was answered is still on its way to the peer. Input is discarded.
        case finishing
        /// The GoAway is sent, the write side shut; input is discarded.
        case ending
        case closed
    }

    let shared: ServerShared
    let home: ServerLoop
    let loop: LoopContext
    var logger: Logger
    /// Whether the log wants a line a call.
    let tellsCalls: Bool

    var phase = Phase.active
    var state: ServerConnection
    var context: ChannelHandlerContext?
    var caller: Caller?
    /// Among the connections that the server has places for; nil: it has none for this one, or no longer.
    var place: Place?

    // Input
    var input = FrameInput()
    var isParsing = false
    var isAuthenticating = false
    /// NIO asked to read, and waits.
    var isReadHeld = false
    /// The peer has shut its write side.
    var isInputClosed = false
    /// Received bytes of this connection that the process' total contains.
    var reportedBytes = 0
    /// Set while reading is paused for the process' limit.
    var memoryStallDeadline: ContinuousClock.Instant?
    var memoryTimer: WheelTimer?

    // Calls
    var calls: [UInt32: RunningCall] = [:]
    var deferred: [DeferredRequest] = []
    /// Streams of requests, those of deferred calls too.
    var requests: [UInt32: ItemQueue] = [:]

    // Output
    var output = OutboundBuffer()
    var isDirty = false
    /// Bytes given to the channel so far.
    var handedOverBytes = 0
    /// Some items wait for the output, not for credit.
    var hasCongestedItems = false
    var stall: OutboundStall?
    var stallTimer: WheelTimer?

    // Time
    var checkTimer: (due: ContinuousClock.Instant, timer: WheelTimer)?
    var lingerTimer: WheelTimer?
    /// Set while the last calls of a peer that sends no more are under way.
    var lastCallsTimer: WheelTimer?

    init(shared: ServerShared, home: ServerLoop) {
        self.shared = shared
        self.home = home
        loop = home.context
        logger = shared.configuration.logger
        tellsCalls = logger.logLevel <= .debug
        state = ServerConnection(limits: shared.limits, now: .now)
    }

    var limits: ServerLimits { shared.limits }

    /// For closures that come back to the loop from elsewhere.
    var bound: NIOLoopBound<ServerConnectionHandler> { NIOLoopBound(self, eventLoop: loop.eventLoop) }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func channelActive(context: ChannelHandlerContext) {
        home.add(self)
        let count = shared.connectionCount.add(1, ordering: .relaxed).newValue
        loop.turn {
            // Handlers that have not ended count too.
            if count > limits.connections || !takePlace(context.channel) {
                end(ConnectionFault(.enhanceYourCalm, "the server has as many connections as it may"))
            } else if shared.drain.isRaised {
                drain()
            } else {
                armCheck()
            }
        }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        loop.beginTurn()
        guard phase == .active else { return }
        state.received(now: loop.now)
        input.append(unwrapInboundIn(data))
        parse()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        loop.settle()
    }

    func read(context: ChannelHandlerContext) {
        if isReadingPaused {
            isReadHeld = true
        } else {
            context.read()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard phase == .active, context.channel.isWritable else { return }
        stall = nil
        loop.turn { resumeOutput() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        loop.turn { connectionLost() }
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        loop.turn { connectionLost() }
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.debug("connection failed", metadata: ["error": "\(error)"])
        context.close(promise: nil)
    }
}
