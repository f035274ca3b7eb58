import Testing

@testable import Access

@Suite struct GuessThrottleTests {
    private static let start = ContinuousClock.now

    /// A throttle with a clock and attempts that count.
    private struct Bench {
        var throttle = GuessThrottle()
        var now = start
        var number: UInt64 = 0

        mutating func attempt(_ source: String = "unix:0", waits: Duration = .seconds(60)) -> GuessThrottle.Attempt {
            number += 1
            return GuessThrottle.Attempt(
                number: number, guesser: Guesser(principal: "admin", source: source), end: now + waits)
        }

        /// A wrong password, after the delay that it is told to wait.
        mutating func fail(_ source: String = "unix:0") -> Duration {
            let attempt = attempt(source, waits: .seconds(3600))
            var waited = Duration.zero
            switch throttle.arrive(attempt, at: now) {
            case .look: break
            case .delay(_, let delay):
                waited = delay
                now += delay
                #expect(throttle.delayEnded(attempt, at: now) == .look(attempt))
            case .refuse(_, let delay):
                waited = delay
                now += delay
                #expect(throttle.arrive(attempt, at: now) == .look(attempt))
            case nil: Issue.record("nobody else is there")
            }
            #expect(throttle.ended(attempt, .wrong, at: now).isEmpty)
            return waited
        }
    }

    @Test func fiveAreFreeAndThenTheDelayDoublesUpToItsLimit() {
        var bench = Bench()
        let delays = (1...20).map { _ in bench.fail() }
        #expect(delays.prefix(5).allSatisfy { $0 == .zero })
        #expect(delays[5..<9] == [.milliseconds(250), .milliseconds(500), .seconds(1), .seconds(2)])
        #expect(delays[16] == .milliseconds(250 * 2048) && delays[17] == .seconds(900) && delays[19] == .seconds(900))
        #expect(GuessThrottle.delay(after: .max) == GuessThrottle.longestDelay)
    }

    @Test func theDelayCountsFromTheLastFailure() {
        var bench = Bench()
        for _ in 1...6 { _ = bench.fail() }
        bench.now += .milliseconds(200)
        let early = bench.attempt()
        #expect(bench.throttle.arrive(early, at: bench.now) == .delay(early, .milliseconds(300)))
        bench.throttle.left(early, at: bench.now)
        bench.now += .milliseconds(300)
        let late = bench.attempt()
        #expect(bench.throttle.arrive(late, at: bench.now) == .look(late))
    }

    @Test func aRightOneForgetsAllFailures() {
        var bench = Bench()
        for _ in 1...7 { _ = bench.fail() }
        bench.now += .seconds(1)
        let right = bench.attempt()
        #expect(bench.throttle.arrive(right, at: bench.now) == .look(right))
        #expect(bench.throttle.ended(right, .right, at: bench.now).isEmpty)
        for _ in 1...5 { #expect(bench.fail() == .zero) }
        #expect(bench.fail() == .milliseconds(250))
    }

    @Test func whatSaysNothingAboutThePasswordCountsNothing() {
        var bench = Bench()
        for _ in 1...20 {
            let attempt = bench.attempt()
            #expect(bench.throttle.arrive(attempt, at: bench.now) == .look(attempt))
            #expect(bench.throttle.ended(attempt, .unknown, at: bench.now).isEmpty)
        }
        #expect(bench.fail() == .zero)
    }

    @Test func oneWaitsForItsDelayAndAllOthersAreRefused() {
        var bench = Bench()
        for _ in 1...7 { _ = bench.fail() }
        let first = bench.attempt()
        #expect(bench.throttle.arrive(first, at: bench.now) == .delay(first, .seconds(1)))
        bench.now += .milliseconds(400)
        let second = bench.attempt()
        #expect(bench.throttle.arrive(second, at: bench.now) == .refuse(second, .milliseconds(600)))
        bench.throttle.left(first, at: bench.now)
        let third = bench.attempt()
        #expect(bench.throttle.arrive(third, at: bench.now) == .delay(third, .milliseconds(600)))
        bench.now += .milliseconds(600)
        #expect(bench.throttle.delayEnded(third, at: bench.now) == .look(third))
        let fourth = bench.attempt()
        #expect(bench.throttle.arrive(fourth, at: bench.now) == .refuse(fourth, .milliseconds(250)))
    }

    @Test func whatCannotWaitSoLongIsRefusedAtOnce() {
        var bench = Bench()
        for _ in 1...8 { _ = bench.fail() }
        let hasty = bench.attempt(waits: .seconds(2))
        #expect(bench.throttle.arrive(hasty, at: bench.now) == .refuse(hasty, .seconds(2)))
        for _ in 1...4 { _ = bench.fail() }
        let patient = bench.attempt(waits: .seconds(3600))
        #expect(bench.throttle.arrive(patient, at: bench.now) == .refuse(patient, .seconds(32)))
    }

    /// A hundred at once are looked at one after the other: five of them, if all are wrong.
    @Test func manyAtOnceAreNoMoreGuesses() throws {
        var bench = Bench()
        let attempts = (1...100).map { _ in bench.attempt() }
        var actions = attempts.compactMap { bench.throttle.arrive($0, at: bench.now) }
        var (looked, refused, delayed) = (0, 0, 0)
        while let action = actions.popLast() {
            switch action {
            case .look(let attempt):
                looked += 1
                #expect(actions.isEmpty)
                actions += bench.throttle.ended(attempt, .wrong, at: bench.now)
            case .refuse: refused += 1
            case .delay: delayed += 1
            }
        }
        #expect(looked == 5 && delayed == 1 && refused == 94)
    }

    @Test func manyRightOnesAtOnceAllPass() {
        var bench = Bench()
        let attempts = (1...100).map { _ in bench.attempt() }
        var actions = attempts.compactMap { bench.throttle.arrive($0, at: bench.now) }
        var looked: [GuessThrottle.Attempt] = []
        while case .look(let attempt)? = actions.popLast() {
            looked.append(attempt)
            actions += bench.throttle.ended(attempt, .right, at: bench.now)
        }
        #expect(looked == attempts)
    }

    @Test func theQueueHasALimit() {
        var bench = Bench()
        let attempts = (0...GuessThrottle.longestQueue + 1).map { _ in bench.attempt() }
        let actions = attempts.compactMap { bench.throttle.arrive($0, at: bench.now) }
        #expect(actions == [.look(attempts[0]), .refuse(attempts[attempts.count - 1], GuessThrottle.firstDelay)])
    }

    @Test func oneWhoLeavesTheQueueIsNotLookedAt() {
        var bench = Bench()
        let (first, second, third) = (bench.attempt(), bench.attempt(), bench.attempt())
        for attempt in [first, second, third] { _ = bench.throttle.arrive(attempt, at: bench.now) }
        bench.throttle.left(second, at: bench.now)
        #expect(bench.throttle.ended(first, .wrong, at: bench.now) == [.look(third)])
    }

    @Test func othersAreNotSlowedDown() {
        var bench = Bench()
        for _ in 1...9 { _ = bench.fail("tcp:127.0.0.1:5000") }
        #expect(bench.fail("tcp:127.0.0.2:5000") == .zero)
        #expect(bench.fail("unix:0") == .zero)
        #expect(bench.fail("tcp:127.0.0.1:5001") == .seconds(4))
    }

    @Test func whoFailedLongestAgoIsForgotten() {
        var bench = Bench()
        for number in 0...GuessThrottle.rememberedGuessers {
            bench.now += .milliseconds(1)
            for _ in 1...5 { _ = bench.fail("unix:\(number)") }
        }
        #expect(bench.fail("unix:0") == .zero)
        let last = Guesser(principal: "admin", source: "unix:\(GuessThrottle.rememberedGuessers)")
        #expect(bench.throttle.delay(of: last, at: bench.now) == .milliseconds(250))
    }

    @Test func aConnectionsPortIsNoNewSource() {
        func origin(_ source: String) -> String { Guesser(principal: "admin", source: source).origin }
        #expect(origin("tcp:127.0.0.1:5000") == "tcp:127.0.0.1" && origin("tcp:::1:5000") == "tcp:::1")
        #expect(origin("unix:1000") == "unix:1000" && origin("in-process") == "in-process")
    }
}
