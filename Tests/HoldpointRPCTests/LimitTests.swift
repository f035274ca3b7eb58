import Testing

@testable import HoldpointRPC

@Suite struct LimitTests {
    private let now = ContinuousClock.now

    @Test func keepaliveGivesUpAfterTwoPings() {
        var keepalive = Keepalive(interval: .seconds(15), now: now)
        #expect(keepalive.check(now: now + .seconds(14), isReadingPaused: false) == .none)
        #expect(keepalive.check(now: now + .seconds(15), isReadingPaused: false) == .ping(nonce: 1))
        #expect(keepalive.check(now: now + .seconds(16), isReadingPaused: false) == .none)
        #expect(keepalive.check(now: now + .seconds(30), isReadingPaused: false) == .ping(nonce: 2))
        #expect(keepalive.check(now: now + .seconds(45), isReadingPaused: false) == .giveUp)
    }

    @Test func keepaliveTakesAnyBytesForLife() {
        var keepalive = Keepalive(interval: .seconds(15), now: now)
        _ = keepalive.check(now: now + .seconds(15), isReadingPaused: false)
        keepalive.received(now: now + .seconds(20))
        #expect(keepalive.nextCheck == now + .seconds(35))
        #expect(keepalive.check(now: now + .seconds(35), isReadingPaused: false) == .ping(nonce: 2))
    }

    @Test func keepaliveWaitsWhileReadingIsPaused() {
        var keepalive = Keepalive(interval: .seconds(15), now: now)
        for round in 1...10 {
            #expect(keepalive.check(now: now + .seconds(15 * round), isReadingPaused: true) == .none)
        }
    }

    @Test func keepaliveNeverPingsWithoutAnInterval() {
        var keepalive = Keepalive(interval: nil, now: now)
        #expect(keepalive.nextCheck == nil)
        #expect(keepalive.check(now: now + .seconds(1_000_000), isReadingPaused: false) == .none)
    }

    @Test func pingLimitSurvivesALongSilence() throws {
        var limit = PingLimit(now: now)
        for _ in 0..<2 { try limit.count(now: now + .seconds(Int64.max / 4)) }
        #expect(throws: ConnectionFault.self) { try limit.count(now: now + .seconds(Int64.max / 4)) }
    }

    @Test func windowNeverRunsDryWhileTheConsumerReads() throws {
        var generator = SeededGenerator(seed: 21)
        var window = ReceiveWindow(bytes: 65_536)
        var credit = StreamCredit(bytes: 65_536)
        for _ in 0..<10_000 {
            let count = Int.random(in: 0...70_000, using: &generator)
            #expect(credit.allowsSending)
            credit.spend(payloadByteCount: count)
            try window.received(payloadByteCount: count)
            if let update = window.consumed(bytes: StreamCredit.cost(payloadByteCount: count)) {
                try credit.add(update)
            }
        }
    }

    @Test func retriesOnlyWhatWasNotDone() {
        let policy = RetryPolicy()
        var generator = SeededGenerator(seed: 22)
        for code in Status.Code.allCases {
            let pause = policy.pause(
                failures: 1, error: RPCError(code, "test"), timeLeft: .seconds(60), using: &generator)
            #expect((pause != nil) == (code == .unavailable))
        }
        #expect(policy.pause(failures: 1, error: .outcomeUnknown, timeLeft: nil, using: &generator) != nil)
    }

    @Test func backsOffWithFullJitter() throws {
        let policy = RetryPolicy()
        var generator = SeededGenerator(seed: 23)
        for failures in 1...40 {
            let bound = min(.milliseconds(50) * (1 << min(failures - 1, 10)), Duration.seconds(5))
            let pauses = try (0..<50).map { _ in
                try #require(
                    policy.pause(
                        failures: failures, error: RPCError(.unavailable, ""), timeLeft: .seconds(3_600),
                        using: &generator))
            }
            #expect(pauses.allSatisfy { $0 >= .zero && $0 <= bound })
            #expect(Set(pauses).count > 10)
        }
    }

    @Test func retriesWithinTheDeadlineOnly() {
        let policy = RetryPolicy()
        var generator = SeededGenerator(seed: 24)
        let error = RPCError(.unavailable, "", retryAfterMilliseconds: 100)
        #expect(policy.pause(failures: 1, error: error, timeLeft: .milliseconds(99), using: &generator) == nil)
        #expect(
            policy.pause(failures: 1, error: error, timeLeft: .milliseconds(101), using: &generator)
                == .milliseconds(100))
        #expect(policy.pause(failures: 8, error: error, timeLeft: nil, using: &generator) == nil)
        #expect(policy.pause(failures: 8, error: error, timeLeft: .seconds(1), using: &generator) != nil)
    }

    /// A server that was never reached is waited for, unless one wants to know at once; one that goes away, always.
    @Test func waitsForAServerIfItIsWanted() {
        var policy = RetryPolicy()
        var generator = SeededGenerator(seed: 25)
        for reason in [RPCReason.notListening, RPCReason.notPermitted, ""] {
            let error = RPCError(.unavailable, "", reason: reason)
            policy.waitsForServer = true
            #expect(policy.pause(failures: 1, error: error, timeLeft: .seconds(60), using: &generator) != nil)
            policy.waitsForServer = false
            let pause = policy.pause(failures: 1, error: error, timeLeft: .seconds(60), using: &generator)
            #expect((pause != nil) == reason.isEmpty)
        }
    }

    @Test func remembersThatAnOutcomeIsUnknown() async {
        var policy = RetryPolicy()
        policy.attempts = 2
        var series = AttemptSeries(policy: policy, options: CallOptions())
        await #expect(throws: Never.self) { try await series.waitForNext(after: .outcomeUnknown) }
        await #expect(throws: RPCError.outcomeUnknown) {
            try await series.waitForNext(after: RPCError(.unavailable, "connection refused"))
        }
    }
}
