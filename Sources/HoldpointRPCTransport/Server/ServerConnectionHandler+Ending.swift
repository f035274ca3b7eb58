internal import HoldpointRPC
internal import NIOCore

extension ServerConnectionHandler {
    /// Ends the connection for a reason: GoAway, write side shut, input discarded for a second, closed.
    func end(_ fault: ConnectionFault) {
        guard phase == .active else { return }
        logger.debug("connection ended", metadata: ["code": "\(fault.code.name)", "reason": "\(fault.message)"])
        append(message(GoAway(fault, lastCallID: state.lastCallID)) { .goAway($0) })
        phase = .ending
        flush()
        stopEverything()
        context?.close(mode: .output, promise: nil)
        linger()
        discardInput()
    }

    /// Ends the connection once the peer has taken what it was answered; a slow reader is no reason to cut that off.
    private func finish() {
        guard let context else { return }
        phase = .finishing
        stopEverything()
        flush()
        watchOutput()
        if isInputClosed { return closeOnceSent() }
        let shut = loop.eventLoop.makePromise(of: Void.self)
        context.close(mode: .output, promise: shut)
        shut.futureResult.assumeIsolated().whenComplete { _ in self.linger() }
        discardInput()
    }

    private func linger() {
        guard phase != .closed else { return }
        phase = .ending
        lingerTimer = loop.timers.schedule(after: limits.lingering) {
            self.context?.close(promise: nil)
        }
    }

    /// Whatever the peer has sent must be read, or closing would reset the connection and lose the GoAway.
    private func discardInput() {
        if isReadHeld {
            isReadHeld = false
            context?.read()
        }
    }

    /// The connection is gone, with or without our doing. Safe to repeat.
    func connectionLost() {
        guard phase != .closed else { return }
        phase = .closed
        stopEverything()
        lingerTimer.map(loop.timers.cancel)
        forgetIfOver()
    }

    /// A connection counts as long as one of its handlers runs.
    func forgetIfOver() {
        guard phase == .closed, calls.isEmpty, home.remove(self) else { return }
        shared.connectionCount.subtract(1, ordering: .relaxed)
    }

    /// The time to drain is over: what still runs is cancelled, its client learns nothing.
    func abandon() {
        end(ConnectionFault(.shutdown, "the server is shutting down"))
    }

    private func stopEverything() {
        leavePlace()
        input.discard()
        deferred = []
        requests = [:]
        accountForInput()
        checkTimer.map { loop.timers.cancel($0.timer) }
        memoryTimer.map(loop.timers.cancel)
        stallTimer.map(loop.timers.cancel)
        lastCallsTimer.map(loop.timers.cancel)
        (stall, stallTimer) = (nil, nil)
        for call in calls.values {
            call.deadline.map(loop.timers.cancel)
            call.interrupt(.cancelled)
            call.dismissWaiting()
        }
    }

    /// Announces the server's end: no new calls, streams without a natural end are cancelled, the others go on.
    func drain() {
        guard phase == .active, state.lastCallIDAtDrain == nil else { return }
        let fault = ConnectionFault(.shutdown, "the server is shutting down")
        append(message(GoAway(fault, lastCallID: state.drain())) { .goAway($0) })
        for call in calls.values where !call.handler.hasNaturalEnd { call.interrupt(.shuttingDown) }
        _ = loop.timers.schedule(after: limits.streamFarewell) { self.endFarewell() }
        closeIfOver()
    }

    /// Streams that did not end themselves are answered now.
    private func endFarewell() {
        guard phase == .active else { return }
        for call in calls.values where !call.handler.hasNaturalEnd { interrupt(call.callID, .shuttingDown) }
    }

    /// Closes a connection on which nothing can happen any more.
    func closeIfOver() {
        guard phase == .active, deferred.isEmpty, state.isDrained || isInputOver else { return }
        finish()
    }

    /// Sets the timer for whatever time brings next: the Hello's end, a ping, the idle limit.
    func armCheck() {
        guard phase == .active, let due = state.nextCheck else { return }
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
        guard phase == .active else { return }
        do throws(ConnectionFault) {
            if let nonce = try state.check(now: loop.now, isReadingPaused: isReadingPaused || isInputClosed) {
                append(.ping(nonce: nonce))
            }
            armCheck()
        } catch {
            end(error)
        }
    }
}
