internal import HoldpointRPC
internal import NIOCore

/// A peer that has shut its write side (`printf … | nc`) sends no more, and still gets the answers to what it sent.
///
/// Decided 2026-11: for `lastCalls` at most, streams too. By TCP a peer that has gone looks the same, and nobody would
/// cancel its calls; a Ping finds that out, because its system answers it with a reset.
extension ServerConnectionHandler {
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { loop.turn { inputEnded() } }
        context.fireUserInboundEventTriggered(event)
    }

    private func inputEnded() {
        isInputClosed = true
        breakOffRequests()
        guard phase == .active, !isInputOver else { return closeIfOver() }
        // The first frame is the Hello.
        if !isAuthenticating { append(.ping(nonce: 0)) }
        lastCallsTimer = loop.timers.schedule(after: limits.lastCalls) { self.end(.lastCallsTookTooLong) }
    }

    /// Whether every call has ended of a peer that sends no more.
    var isInputOver: Bool { isInputClosed && !isAuthenticating && state.liveCallCount == 0 }

    /// Closes behind the last byte of output. Shutting the write side alone would close at once, as the other one is
    /// closed already.
    func closeOnceSent() {
        let sent = loop.eventLoop.makePromise(of: Void.self)
        context?.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: sent)
        sent.futureResult.assumeIsolated().whenComplete { _ in self.context?.close(promise: nil) }
    }
}

extension ConnectionFault {
    fileprivate static let lastCallsTookTooLong = ConnectionFault(
        .timeout, "the calls of a peer that sends no more took too long")
}
