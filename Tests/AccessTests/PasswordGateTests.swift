import Synchronization
import Testing

@testable import Access

/// A clock that a test moves; who sleeps wakes when its time has come.
private final class HandClock: Sendable {
    private struct State {
        var now = ContinuousClock.now
        var sleepers: [(until: ContinuousClock.Instant, wake: CheckedContinuation<Void, any Error>)] = []
        var slept: [Duration] = []
    }

    private let state = Mutex(State())

    var clock: PasswordGate.Clock {
        PasswordGate.Clock(now: { self.now }, sleep: { try await self.sleep($0) })
    }

    var now: ContinuousClock.Instant { state.withLock { $0.now } }
    var slept: [Duration] { state.withLock { $0.slept } }
    var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    private func sleep(_ duration: Duration) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wake in
                state.withLock { state in
                    state.slept.append(duration)
                    state.sleepers.append((state.now + duration, wake))
                }
                if Task.isCancelled { endAll() }
            }
        } onCancel: {
            endAll()
        }
    }

    private func endAll() {
        let sleepers = state.withLock { state in
            defer { state.sleepers = [] }
            return state.sleepers.map(\.wake)
        }
        for sleeper in sleepers { sleeper.resume(throwing: CancellationError()) }
    }

    func advance(_ duration: Duration) {
        let awake = state.withLock { state in
            state.now += duration
            defer { state.sleepers.removeAll { $0.until <= state.now } }
            return state.sleepers.filter { $0.until <= state.now }.map(\.wake)
        }
        for sleeper in awake { sleeper.resume() }
    }

    func untilSomebodySleeps() async throws {
        while sleeperCount == 0 { try await Task.sleep(for: .milliseconds(1)) }
    }
}

@Suite(.timeLimit(.minutes(1))) struct PasswordGateTests {
    private let hand = HandClock()
    private let gate: PasswordGate

    init() {
        gate = PasswordGate(clock: hand.clock)
    }

    private func send(_ isRight: Bool, deadline: Duration? = nil) async throws -> PasswordVerdict {
        try await gate.verdict(of: "admin", source: "unix:0", deadline: deadline.map { hand.now + $0 }) { isRight }
    }

    private func failFreely() async throws {
        for _ in 1...4 { #expect(try await send(false) == .wrong(nextAfter: .zero)) }
        #expect(try await send(false) == .wrong(nextAfter: .milliseconds(250)))
    }

    @Test func theSixthWaits() async throws {
        try await failFreely()
        #expect(hand.slept.isEmpty)
        async let sixth = send(false)
        try await hand.untilSomebodySleeps()
        #expect(try await send(true) == .notLookedAt(retryAfter: .milliseconds(250)))
        hand.advance(.milliseconds(250))
        #expect(try await sixth == .wrong(nextAfter: .milliseconds(500)))
        #expect(hand.slept == [.milliseconds(250)])
    }

    @Test func aRightOneIsRightAfterItsDelay() async throws {
        try await failFreely()
        async let sixth = send(true)
        try await hand.untilSomebodySleeps()
        hand.advance(.milliseconds(250))
        #expect(try await sixth == .right)
        #expect(try await send(false) == .wrong(nextAfter: .zero))
    }

    @Test func aCallerWhoGoesAwayMakesRoom() async throws {
        try await failFreely()
        let gone = Task { try await send(true) }
        try await hand.untilSomebodySleeps()
        gone.cancel()
        await #expect(throws: CancellationError.self) { try await gone.value }
        async let next = send(true)
        try await hand.untilSomebodySleeps()
        hand.advance(.milliseconds(250))
        #expect(try await next == .right)
    }

    @Test func aCallThatEndsBeforeIsRefusedAtOnce() async throws {
        try await failFreely()
        #expect(try await send(true, deadline: .milliseconds(100)) == .notLookedAt(retryAfter: .milliseconds(250)))
        #expect(hand.slept.isEmpty)
    }

    /// Those that wait for an outcome hear theirs, cancelled ones included.
    @Test func attemptsTakeTurns() async throws {
        let (looking, mayEnd) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
        let first = Task {
            try await gate.verdict(of: "admin", source: "unix:0", deadline: nil) {
                looking.continuation.yield()
                for await _ in mayEnd.stream { break }
                return true
            }
        }
        for await _ in looking.stream { break }
        let others = (1...10).map { number in Task { try await send(number.isMultiple(of: 2)) } }
        let gone = Task { try await send(true) }
        gone.cancel()
        await #expect(throws: CancellationError.self) { try await gone.value }
        mayEnd.continuation.yield()
        #expect(try await first.value == .right)
        for (index, other) in others.enumerated() {
            let verdict = try await other.value
            #expect((verdict == .right) == (index % 2 == 1), "\(index): \(verdict)")
        }
    }

    @Test func whatFailsOtherwiseCountsNothing() async throws {
        struct Broken: Error {}
        for _ in 1...20 {
            await #expect(throws: Broken.self) {
                try await gate.verdict(of: "admin", source: "unix:0", deadline: nil) { throw Broken() }
            }
        }
        try await failFreely()
    }
}
