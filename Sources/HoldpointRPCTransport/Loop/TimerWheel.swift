internal import NIOCore

/// A timer of a wheel: fires once, unless it is canceled before. Used on its loop only.
final class WheelTimer {
    fileprivate let tick: Int64
    fileprivate var index = 0
    fileprivate var isInSlot = true
    fileprivate var action: (() -> Void)?

    fileprivate init(tick: Int64, action: @escaping () -> Void) {
        self.tick = tick
        self.action = action
    }
}

/// All timers of an event loop: setting and canceling one costs no scheduled task, and only one is scheduled at a time.
///
/// 512 slots of 10 ms; a timer that is further away stays in its slot for more rounds. Never early, at most about
/// 10 ms late. Used on its loop only.
final class TimerWheel {
    private static let slotCount: Int64 = 512
    private static let tickNanoseconds: Int64 = 10_000_000

    private let eventLoop: any EventLoop
    private var slots = [[WheelTimer]](repeating: [], count: Int(slotCount))
    private var count = 0
    private var lastTick: Int64
    private var wake: (tick: Int64, task: Scheduled<Void>)?
    /// Runs what it is given, the timers' actions, as a turn of the loop.
    var inTurn: ((() -> Void) -> Void)?

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        lastTick = Self.tick(of: .now())
    }

    func schedule(after delay: Duration, _ action: @escaping () -> Void) -> WheelTimer {
        // The tick after the one in which the time is over, so that no timer is early.
        let timer = WheelTimer(tick: Self.tick(of: .now() + TimeAmount(delay)) + 1, action: action)
        let slot = Self.slot(timer.tick)
        timer.index = slots[slot].count
        slots[slot].append(timer)
        count += 1
        wakeUp(at: timer.tick)
        return timer
    }

    /// Safe to repeat, and after the timer fired.
    func cancel(_ timer: WheelTimer) {
        timer.action = nil
        guard timer.isInSlot else { return }
        timer.isInSlot = false
        count -= 1
        let slot = Self.slot(timer.tick)
        let last = slots[slot].removeLast()
        if last !== timer {
            slots[slot][timer.index] = last
            last.index = timer.index
        }
    }

    /// The loop ends: nothing fires any more.
    func shutDown() {
        wake?.task.cancel()
        wake = nil
        slots = [[WheelTimer]](repeating: [], count: Int(Self.slotCount))
        count = 0
    }

    private func advance() {
        wake = nil
        let now = Self.tick(of: .now())
        let due = takeDue(now)
        if !due.isEmpty { inTurn? { Self.fire(due) } }
        scheduleNextWake(from: now)
    }

    private static func fire(_ timers: [WheelTimer]) {
        for timer in timers {
            let action = timer.action
            timer.action = nil
            action?()
        }
    }

    private func takeDue(_ now: Int64) -> [WheelTimer] {
        var due: [WheelTimer] = []
        let first = max(lastTick + 1, now - Self.slotCount + 1)
        if first <= now {
            for tick in first...now { takeDue(now, slot: Self.slot(tick), into: &due) }
        }
        lastTick = max(lastTick, now)
        return due
    }

    private func takeDue(_ now: Int64, slot: Int, into due: inout [WheelTimer]) {
        guard !slots[slot].isEmpty else { return }
        let timers = slots[slot]
        slots[slot] = []
        for timer in timers {
            if timer.tick <= now {
                timer.isInSlot = false
                count -= 1
                due.append(timer)
            } else {
                timer.index = slots[slot].count
                slots[slot].append(timer)
            }
        }
    }

    private func scheduleNextWake(from now: Int64) {
        guard count > 0 else { return }
        for tick in (now + 1)...(now + Self.slotCount) where !slots[Self.slot(tick)].isEmpty {
            return wakeUp(at: tick)
        }
    }

    private func wakeUp(at tick: Int64) {
        if let wake {
            guard tick < wake.tick else { return }
            wake.task.cancel()
        }
        let deadline = NIODeadline.uptimeNanoseconds(UInt64(clamping: tick * Self.tickNanoseconds))
        let wheel = NIOLoopBound(self, eventLoop: eventLoop)
        wake = (tick, eventLoop.scheduleTask(deadline: deadline) { wheel.value.advance() })
    }

    private static func slot(_ tick: Int64) -> Int { Int(tick & (slotCount - 1)) }

    private static func tick(of deadline: NIODeadline) -> Int64 {
        Int64(clamping: deadline.uptimeNanoseconds) / tickNanoseconds
    }
}
