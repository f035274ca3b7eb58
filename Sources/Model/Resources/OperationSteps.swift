/// The steps of an operation, in order.
///
/// Names are shared by all copies, states are a byte each, and what decides about all of them is counted as they
/// change: an operation of 10,000 steps goes on as cheaply as one of two.
public struct OperationSteps: Sendable, RandomAccessCollection, MutableCollection {
    public typealias Step = Operation.Step

    private struct Note: Sendable {
        var message: String
        var mayHaveRun: Bool?
    }

    /// Steps that the operation has; more than there are here where some were left out.
    public let total: Int
    private let names: [String]
    private var states: [Step.State]
    private var notes: [Int: Note] = [:]
    private var counts: [Step.State: Int]
    /// All before it are DONE.
    private var firstOpen = 0
    /// Positions of those that are not as they were read or last written. The store clears it.
    public private(set) var changed: Set<Int> = []

    /// All steps.
    public init(_ steps: some Sequence<Step>) {
        let steps = Array(steps)
        self.init(steps, total: steps.count, counts: steps.reduce(into: [:]) { $0[$1.state, default: 0] += 1 })
    }

    /// Some of an operation's steps.
    ///
    /// - Parameters:
    ///   - total: how many it has.
    ///   - doneCount: how many of all are DONE.
    public init(some steps: [Step], of total: Int, doneCount: Int) {
        self.init(steps, total: total, counts: [.done: doneCount])
    }

    private init(_ steps: [Step], total: Int, counts: [Step.State: Int]) {
        self.total = total
        self.counts = counts
        names = steps.map(\.name)
        states = steps.map(\.state)
        for (position, step) in steps.enumerated() { note(step, at: position) }
        moveFirstOpen()
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { names.count }
    /// Whether all of the operation's steps are here.
    public var isWhole: Bool { total == names.count }

    /// A step that is set keeps its name.
    public subscript(position: Int) -> Step {
        get {
            var step = Step(name: names[position], state: states[position], message: notes[position]?.message ?? "")
            step.mayHaveRun = notes[position]?.mayHaveRun
            return step
        }
        set {
            changed.insert(position)
            counts[states[position], default: 0] -= 1
            counts[newValue.state, default: 0] += 1
            states[position] = newValue.state
            note(newValue, at: position)
            firstOpen = Swift.min(firstOpen, position)
            moveFirstOpen()
        }
    }

    /// How many of the operation's steps are in a state. Where some are left out, only those DONE are known.
    public func count(_ state: Step.State) -> Int { counts[state] ?? 0 }

    /// The first that is not DONE.
    public var firstNotDone: Int? { firstOpen < endIndex ? firstOpen : nil }

    /// From here on they are as they are stored.
    public mutating func noteWritten() { changed = [] }

    private mutating func note(_ step: Step, at position: Int) {
        let isPlain = step.message.isEmpty && step.mayHaveRun == nil
        notes[position] = isPlain ? nil : Note(message: step.message, mayHaveRun: step.mayHaveRun)
    }

    private mutating func moveFirstOpen() {
        while firstOpen < endIndex, states[firstOpen] == .done { firstOpen += 1 }
    }
}

extension OperationSteps: ExpressibleByArrayLiteral {
    public init(arrayLiteral steps: Step...) { self.init(steps) }
}

extension OperationSteps: Hashable {
    public static func == (left: OperationSteps, right: OperationSteps) -> Bool {
        left.total == right.total && left.elementsEqual(right)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(total)
        hasher.combine(states)
    }
}

/// An array of steps; where some are left out, they stand beside the counts.
extension OperationSteps: Codable {
    private enum CodingKeys: CodingKey {
        case total
        case done
        case some
    }

    public init(from decoder: any Decoder) throws {
        guard let some = try? decoder.container(keyedBy: CodingKeys.self) else {
            self.init(try [Step](from: decoder))
            return
        }
        self.init(
            some: try some.decode([Step].self, forKey: .some), of: try some.decode(Int.self, forKey: .total),
            doneCount: try some.decode(Int.self, forKey: .done))
    }

    public func encode(to encoder: any Encoder) throws {
        guard !isWhole else { return try Array(self).encode(to: encoder) }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(total, forKey: .total)
        try container.encode(count(.done), forKey: .done)
        try container.encode(Array(self), forKey: .some)
    }
}

extension OperationSteps {
    /// An operation with more steps is shown without some of them in lists and events.
    ///
    /// Decided here (2026-11): a list or an event of operations of 10,000 steps would not fit into a frame, and the
    /// event of each step would repeat all others. Up to this many steps stand everywhere; of more, an event has those
    /// that it changed, a list those that are neither PENDING nor DONE, both with the number of all. `GetOperation` and
    /// `WaitOperation` always have all.
    public static let largestShownCount = 100

    /// What an event holds: all, or of many those that were changed and not written yet.
    public var shownInEvent: OperationSteps {
        guard total > Self.largestShownCount, isWhole else { return self }
        let some = changed.sorted().prefix(Self.largestShownCount).map { self[$0] }
        return OperationSteps(some: some, of: total, doneCount: count(.done))
    }
}
