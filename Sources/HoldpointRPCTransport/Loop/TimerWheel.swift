/// A timer of a wheel: fires once, unless it is canceled before. Used on its loop only.
final class WheelTimer {
    fileprivate let tick: Int64
    fileprivate var index = 0
    fileprivate var isInSlot = true
    private var action: (() -> Void)?

    fileprivate init(tick: Int64, action: @escaping () -> Void) {
        self.tick = tick
        self.action = action
    }

    /// Does nothing after it fired or was canceled.
    func fire() {
        let action = action
        self.action = nil
        action?()
    }

    fileprivate func disarm() {
        action = nil
    }
}

/// Timers by the tick at which they are due: setting and canceling one takes constant time. Knows no clock.
///
/// A timer that is further away than there are slots stays in its slot for more rounds.
struct TimerWheel {
    static let slotCount: Int64 = 512

    private var slots = [[WheelTimer]](repeating: [], count: Int(slotCount))
    private var count = 0
    private var lastTick: Int64

    /// - Parameter tick: of now.
    init(tick: Int64) {
        lastTick = tick
    }

    mutating func schedule(tick: Int64, _ action: @escaping () -> Void) -> WheelTimer {
        // A slot that was passed is not looked at again before the next round.
        let timer = WheelTimer(tick: max(tick, lastTick + 1), action: action)
        insert(timer)
        count += 1
        return timer
    }

    /// Safe to repeat, and after the timer fired.
    mutating func cancel(_ timer: WheelTimer) {
        timer.disarm()
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

    /// Takes out the timers that are due at a tick; fire them.
    mutating func takeDue(_ tick: Int64) -> [WheelTimer] {
        var due: [WheelTimer] = []
        let first = max(lastTick + 1, tick - Self.slotCount + 1)
        lastTick = max(lastTick, tick)
        guard first <= tick else { return due }
        for passed in first...tick { takeDue(tick, slot: Self.slot(passed), into: &due) }
        return due
    }

    /// A tick not later than the next timer's; nil: there is none.
    var nextTick: Int64? {
        guard count > 0 else { return nil }
        return ((lastTick + 1)...(lastTick + Self.slotCount)).first { !slots[Self.slot($0)].isEmpty }
    }

    private mutating func takeDue(_ tick: Int64, slot: Int, into due: inout [WheelTimer]) {
        guard !slots[slot].isEmpty else { return }
        let timers = slots[slot]
        slots[slot] = []
        for timer in timers {
            if timer.tick <= tick {
                timer.isInSlot = false
                count -= 1
                due.append(timer)
            } else {
                insert(timer)
            }
        }
    }

    private mutating func insert(_ timer: WheelTimer) {
        let slot = Self.slot(timer.tick)
        timer.index = slots[slot].count
        slots[slot].append(timer)
    }

    private static func slot(_ tick: Int64) -> Int { Int(tick & (slotCount - 1)) }
}
