internal import HoldpointRPC
internal import NIOCore

/// Watches output that the peer does not read.
struct OutboundStall {
    /// Bytes that the peer's system had taken when there was last progress.
    var takenBytes: Int
    var since: ContinuousClock.Instant
}

extension ServerConnectionHandler {
    /// Adds a frame to this turn's write.
    func append(_ frame: OutgoingFrame) {
        guard phase != .closed else { return }
        output.append(frame)
        guard !isDirty else { return }
        isDirty = true
        loop.markDirty(self)
    }

    /// More waits than the peer should leave unread: no new request, no item.
    var isCongested: Bool {
        output.byteCount > limits.outboundBytes || context?.channel.isWritable != true
    }

    func flush() {
        isDirty = false
        guard let context, let bytes = output.take() else { return }
        handedOverBytes += bytes.readableBytes
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        if context.channel.isWritable {
            resumeOutput()
        } else {
            watchOutput()
        }
    }

    /// The peer has read: what waited for that goes on.
    func resumeOutput() {
        guard phase == .active else { return }
        startDeferred()
        guard hasCongestedItems else { return }
        hasCongestedItems = false
        for callID in calls.keys { resumeItems(of: callID) }
    }

    func watchOutput() {
        guard isSending, let waiting = waitingBytes, waiting > 0 else { return }
        if waiting > limits.outboundBytesAtMost { return giveUp("\(waiting) bytes wait for the peer") }
        guard stall == nil else { return }
        stall = OutboundStall(takenBytes: handedOverBytes - waiting, since: loop.now)
        scheduleStallCheck()
    }

    /// Whether it matters that the peer reads.
    private var isSending: Bool { phase == .active || phase == .finishing }

    private func scheduleStallCheck() {
        guard stallTimer == nil else { return }
        stallTimer = loop.timers.schedule(after: min(.seconds(1), limits.outboundStall / 4)) {
            self.checkStall()
        }
    }

    private func checkStall() {
        stallTimer = nil
        guard isSending, let stall, let waiting = waitingBytes else { return }
        let taken = handedOverBytes - waiting
        if taken > stall.takenBytes {
            self.stall = OutboundStall(takenBytes: taken, since: loop.now)
        } else if loop.now - stall.since >= limits.outboundStall {
            return giveUp("the peer has not read for \(limits.outboundStall)")
        }
        scheduleStallCheck()
    }

    /// Bytes that the channel holds because the peer's system does not take them.
    private var waitingBytes: Int? {
        try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)
    }

    /// A GoAway would only join what the peer does not read.
    private func giveUp(_ reason: String) {
        logger.info("connection closed", metadata: ["reason": "\(reason)", "peer": "\(caller?.source ?? "")"])
        context?.close(promise: nil)
    }
}
