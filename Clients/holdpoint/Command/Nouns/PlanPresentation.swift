import HoldpointClient

extension DeletionPlan: Presentable {
    static let headers = ["HASH", "STEPS", "FREES", "RECLAIMABLE"]

    var presentedName: String { hash }

    var row: [Table.Cell] {
        [
            .init(hash), .init(String(steps.count)), .init(ByteSize.text(freesBytes)),
            .init(ByteSize.text(reclaimableBytes)),
        ]
    }

    var details: [Detail] {
        let steps = steps.map { Detail("\($0.number).", $0.sentence) }
        let blockers = blockers.map { Detail("blocked by", "\($0.kind) \($0.id): \($0.reason)", color: .red) }
        let remedies = remedies.map { Detail("clear it by", $0.command.isEmpty ? $0.description : $0.command) }
        return steps + blockers + remedies + [
            Detail(
                "frees", "\(ByteSize.exactText(freesBytes)) at once, \(ByteSize.exactText(reclaimableBytes)) in the end"
            ),
            Detail("hash", hash),
        ]
    }
}

extension DeletionStep {
    /// `delete snapshot before (vsnap-…): loses …; frees 4 MiB`.
    var sentence: String {
        let subject = "\(action.name.lowercased()) \(kind) \(ResourceText.reference(name, id))"
        let loss = losesForEver.isEmpty ? "" : ": \(losesForEver)"
        return subject + loss + (freesBytes == 0 ? "" : "; frees \(ByteSize.text(freesBytes))")
    }
}
