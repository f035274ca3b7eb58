import HoldpointClient

extension DeletionPlan {
    /// What was asked for at the root, below each step what must go before it.
    var tree: TextTree {
        let deletions = Dictionary(
            steps.indices.filter { steps[$0].action == .delete }.map { (steps[$0].id, $0) }, uniquingKeysWith: max)
        return TextTree(
            steps.enumerated().map { index, step in
                // What makes a step necessary comes behind it. So no server can draw a circle.
                let parent = deletions[step.requiredBy].flatMap { $0 > index ? $0 : nil }
                return ("\(step.number). \(step.sentence)", parent)
            })
    }

    /// `3 steps, in the order of their numbers; frees 12 KiB at once, 20 KiB in the end`
    var totals: String {
        "\(ResourceText.count(steps.count, "step")), in the order of their numbers; "
            + "frees \(ByteSize.text(freesBytes)) at once, \(ByteSize.text(reclaimableBytes)) in the end"
    }
}
