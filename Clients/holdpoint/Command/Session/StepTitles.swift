import HoldpointClient

/// An operation's steps as people read them: `delete snapshot before (vsnap-…)` for `delete-snapshot vsnap-…`.
struct StepTitles: Sendable {
    /// Names by id, as far as they are known.
    private let names: [String: String]

    init() {
        names = [:]
    }

    /// With the names that a plan knows.
    init(_ plan: DeletionPlan) {
        names = Dictionary(plan.steps.map { ($0.id, $0.name) }) { first, _ in first }
    }

    /// Steps that are not about one resource are named as they are.
    func title(_ step: String) -> String {
        let words = step.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, let hyphen = words[0].firstIndex(of: "-") else { return step }
        let id = String(words[1])
        let action = "\(words[0][..<hyphen]) \(words[0][words[0].index(after: hyphen)...])"
        return "\(action) \(ResourceText.reference(names[id] ?? "", id))"
    }

    /// `[2/5] delete snapshot before (vsnap-…)`
    func numbered(_ index: Int, of operation: Operation) -> String {
        "[\(index + 1)/\(operation.steps.count)] \(title(operation.steps[index].name))"
    }
}
