internal import Synchronization

/// Gathers small amounts, so that the loop is not woken for every item. Safe from any thread.
final class ConsumptionMeter: Sendable {
    private let threshold: Int
    private let bytes = Atomic(0)

    init(threshold: Int) {
        self.threshold = threshold
    }

    /// The whole sum once it is worth reporting.
    func add(_ count: Int) -> Int? {
        guard bytes.add(count, ordering: .relaxed).newValue >= threshold else { return nil }
        let sum = bytes.exchange(0, ordering: .relaxed)
        return sum > 0 ? sum : nil
    }
}
