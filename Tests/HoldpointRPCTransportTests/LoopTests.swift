import Testing

@testable import HoldpointRPCTransport

@Suite struct TimerWheelTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func firesEveryTimerOnceAtItsTick(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var wheel = TimerWheel(tick: 1_000)
        var now: Int64 = 1_000
        var fired: [Int: Int64] = [:]
        var due: [Int: Int64] = [:]
        var timers: [Int: WheelTimer] = [:]
        for number in 0..<3_000 {
            let tick = now + Int64.random(in: 1...2_000, using: &generator)
            due[number] = tick
            timers[number] = wheel.schedule(tick: tick) { fired[number] = now }
            if Int.random(in: 0...3, using: &generator) == 0, let victim = timers.keys.randomElement(using: &generator),
                let timer = timers.removeValue(forKey: victim)
            {
                wheel.cancel(timer)
                if fired[victim] == nil { due[victim] = nil }
            }
            advance(by: Int64.random(in: 0...3, using: &generator))
        }
        while let next = wheel.nextTick {
            #expect(next > now)
            advance(by: next - now)
        }
        #expect(fired == due, "seed \(seed)")

        func advance(by ticks: Int64) {
            // Every tick, as the timers must not be late.
            for _ in 0..<ticks {
                now += 1
                for timer in wheel.takeDue(now) { timer.fire() }
            }
        }
    }

    @Test func catchesUpAfterALongPause() {
        var wheel = TimerWheel(tick: 0)
        var count = 0
        for tick in 1...5_000 as ClosedRange<Int64> { _ = wheel.schedule(tick: tick) { count += 1 } }
        for timer in wheel.takeDue(100_000) { timer.fire() }
        #expect(count == 5_000)
        #expect(wheel.nextTick == nil)
    }

    @Test func firesATimerOfThePastAtOnce() {
        var wheel = TimerWheel(tick: 100)
        var count = 0
        _ = wheel.schedule(tick: 3) { count += 1 }
        #expect(wheel.nextTick == 101)
        for timer in wheel.takeDue(101) { timer.fire() }
        #expect(count == 1)
    }

    @Test func forgetsATimerThatIsCanceledWhileItIsDue() {
        var wheel = TimerWheel(tick: 0)
        var count = 0
        let timers = (0..<2).map { _ in wheel.schedule(tick: 1) { count += 1 } }
        let due = wheel.takeDue(1)
        wheel.cancel(timers[1])
        for timer in due { timer.fire() }
        #expect(count == 1)
    }
}

@Suite struct FifoTests {
    @Test func keepsTheOrder() {
        var generator = SeededGenerator(seed: 5)
        var queue = Fifo<Int>()
        var next = 0
        var expected = 0
        for _ in 0..<10_000 {
            if Bool.random(using: &generator) {
                queue.append(next)
                next += 1
            } else if let first = queue.first {
                #expect(first == expected)
                #expect(queue.removeFirst() == expected)
                expected += 1
            }
        }
        #expect(queue.removeAll() == Array(expected..<next))
        #expect(queue.isEmpty)
        #expect(queue.removeFirst() == nil)
    }
}

/// SplitMix64; a failing test can be run again with the seed that it printed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
