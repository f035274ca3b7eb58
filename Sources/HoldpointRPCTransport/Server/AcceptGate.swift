internal import HoldpointRPC
internal import NIOCore

/// Accepts only while there is a descriptor for the connection, and stops for a moment when the system says that there
/// is none or no memory.
///
/// NIO's own `AcceptBackoffHandler` leaves the socket registered, and the loop would spin until a descriptor is free.
final class AcceptGate: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private static let pause = TimeAmount.milliseconds(200)

    private let admission: Admission
    private let listener: ConnectionPlaces.Listener
    private var isFull = false
    private var hasFailed = false

    init(admission: Admission, listener: ConnectionPlaces.Listener) {
        self.admission = admission
        self.listener = listener
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        admission.opened(by: listener)
        unwrapInboundIn(data).closeFuture.whenComplete { [admission, listener] _ in admission.closed(by: listener) }
        // What is accepted beyond, in the same turn, waits for nothing more.
        if !isFull { ask(context.channel) }
        context.fireChannelRead(data)
    }

    /// Accepts if there is a socket, or else asks again once there may be one: another listener may have taken it.
    private func ask(_ channel: any Channel) {
        let eventLoop = channel.eventLoop
        let gate = NIOLoopBound((self, channel), eventLoop: eventLoop)
        let wasFull = isFull
        isFull = !admission.hasSocket(for: listener) {
            eventLoop.execute { gate.value.0.ask(gate.value.1) }
        }
        if isFull != wasFull { update(channel) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        hasFailed = true
        update(context.channel)
        let channel = NIOLoopBound(context.channel, eventLoop: context.eventLoop)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.hasFailed = false
            self.update(channel.value)
        }
    }

    private func update(_ channel: any Channel) {
        // Fails only on a channel that is closed, which accepts nothing anyway.
        try? channel.syncOptions?.setOption(.autoRead, value: !isFull && !hasFailed)
    }
}
