internal import NIOCore

/// Stops accepting for a moment when the process has run out of descriptors or memory.
///
/// NIO's own `AcceptBackoffHandler` leaves the socket registered, and the loop would spin until a descriptor is free.
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private static let duration = TimeAmount.milliseconds(200)

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        setAccepting(false, context.channel)
        let channel = NIOLoopBound(context.channel, eventLoop: context.eventLoop)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.duration) {
            self.setAccepting(true, channel.value)
        }
    }

    private func setAccepting(_ isAccepting: Bool, _ channel: any Channel) {
        // Fails only on a channel that is closed, which accepts nothing anyway.
        try? channel.syncOptions?.setOption(.autoRead, value: isAccepting)
    }
}
