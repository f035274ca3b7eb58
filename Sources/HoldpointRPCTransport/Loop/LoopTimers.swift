internal import NIOCore

/// All timers of an event loop: however many there are, one task is scheduled, for the next of them.
///
/// Never early, at most about 10 ms late; later after a standstill of the loop. Used on its loop only.
final class LoopTimers {
    private static let tickNanoseconds: Int64 = 10_000_000
    /// Later than that: the process did not run, because it was stopped or its machine was busy.
    private static let standstillTicks: Int64 = 100
    /// What came meanwhile is read in this time, before anybody's is over: the silence was ours.
    private static let graceTicks: Int64 = 50

    private let eventLoop: any EventLoop
    private var wheel = TimerWheel(tick: tick(of: .now()))
    private var wake: (tick: Int64, task: Scheduled<Void>)?
    /// Set after a standstill: nothing is due before.
    private var graceEnd: Int64?
    /// Runs what it is given, the timers' actions, as a turn of the loop.
    var inTurn: ((() -> Void) -> Void)?

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// - Parameter action: kept, with what it captures, until it fires or the timer is canceled. A weak capture would
    ///   make every later retain of the captured object slower.
    func schedule(after delay: Duration, _ action: @escaping () -> Void) -> WheelTimer {
        // The tick after the one in which the time is over, so that no timer is early.
        let tick = Self.tick(of: .now() + TimeAmount(delay)) + 1
        let timer = wheel.schedule(tick: tick, action)
        wakeUp(at: tick)
        return timer
    }

    /// Safe to repeat, and after the timer fired.
    func cancel(_ timer: WheelTimer) {
        wheel.cancel(timer)
    }

    private func advance() {
        let now = Self.tick(of: .now())
        let planned = wake?.tick ?? now
        wake = nil
        if graceEnd == nil, now - planned >= Self.standstillTicks { graceEnd = now + Self.graceTicks }
        if let graceEnd, now < graceEnd { return wakeUp(at: graceEnd) }
        graceEnd = nil
        let due = wheel.takeDue(now)
        if !due.isEmpty { inTurn? { for timer in due { timer.fire() } } }
        if let next = wheel.nextTick { wakeUp(at: next) }
    }

    private func wakeUp(at tick: Int64) {
        if let wake {
            guard tick < wake.tick else { return }
            wake.task.cancel()
        }
        let deadline = NIODeadline.uptimeNanoseconds(UInt64(clamping: tick * Self.tickNanoseconds))
        let timers = NIOLoopBound(self, eventLoop: eventLoop)
        wake = (tick, eventLoop.scheduleTask(deadline: deadline) { timers.value.advance() })
    }

    private static func tick(of deadline: NIODeadline) -> Int64 {
        Int64(clamping: deadline.uptimeNanoseconds) / tickNanoseconds
    }
}
