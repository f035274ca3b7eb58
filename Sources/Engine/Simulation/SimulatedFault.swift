/// What goes wrong in one call of a simulated engine.
public enum SimulatedFault: Hashable, Sendable {
    /// Throws and does nothing.
    case fails(EngineError)
    /// Does the work, then throws: what a caller sees that crashed, or lost the answer.
    case failsAfterWork(EngineError)
    /// Waits for `release` before the work.
    case hangs
    /// Waits for `release` after the work.
    case hangsAfterWork
}

/// The calls of an engine that can be counted and made to fail.
public enum EngineMethod: String, Hashable, Sendable, CaseIterable {
    case start, createLayer, deleteLayer, startServer, stopServer, attach, detach, prepareCut, cut, discardCut, resize
    case observe, answers, clients, activity, usage, capacity, inventory, proveTables, verify, freeze
    case setAside
}

/// Which calls are to fail, and which were made.
struct SimulatedFaultPlan {
    private(set) var calls: [EngineMethod] = []
    /// By method, then by the number of calls of it that come first.
    private var faults: [EngineMethod: [Int: SimulatedFault]] = [:]

    func callCount(of method: EngineMethod) -> Int {
        calls.count { $0 == method }
    }

    /// - Parameter call: 1 is the next one.
    mutating func plan(_ fault: SimulatedFault, in method: EngineMethod, call: Int) {
        faults[method, default: [:]][callCount(of: method) + call - 1] = fault
    }

    mutating func removeAll() {
        faults = [:]
    }

    /// Counts a call.
    ///
    /// - Returns: what is to go wrong in it.
    mutating func begin(_ method: EngineMethod) -> SimulatedFault? {
        let earlier = callCount(of: method)
        calls.append(method)
        return faults[method]?.removeValue(forKey: earlier)
    }
}
