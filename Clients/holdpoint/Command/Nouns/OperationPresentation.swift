import HoldpointClient

extension Operation: Presentable {
    static let headers = ["ID", "KIND", "STATE", "PROGRESS", "TARGETS", "CREATED"]

    var presentedName: String { id }

    var row: [Table.Cell] {
        [
            .init(id), .init(kind), .init(state.name, color: Color(state: state.name)), .init(percentage),
            .init(mainTarget), .init(ResourceText.relative(createTime)),
        ]
    }

    var details: [Detail] {
        let shown = steps.map { step in
            Detail("step \(step.name)", step.state.name + (step.message.isEmpty ? "" : ": \(step.message)"))
        }
        return [
            Detail("id", id), Detail("kind", kind),
            Detail(
                "state", state.name + (stateSince.map { ", since \(TimeText.full($0))" } ?? ""),
                color: Color(state: state.name)),
            Detail("progress", percentage), Detail("error", errorText, color: .red),
            Detail("to resolve", state == .stuck ? "an administrator: \(ResourceText.retry(id))" : ""),
            Detail("targets", targetIDs.joined(separator: " ")),
        ] + shown + [
            Detail("consent", standingConsent.map(ResourceText.consent) ?? ""),
            Detail("request id", requestID), Detail("created", ResourceText.full(createTime)),
            Detail("revision", String(revision)), Detail("project", projectID),
        ]
    }

    /// The first one, and how many others there are.
    private var mainTarget: String {
        (targetIDs.first ?? "") + (targetIDs.count > 1 ? " and \(targetIDs.count - 1) more" : "")
    }

    /// `40%`; nothing that a server sends makes it more than 100 or less than 0.
    var percentage: String {
        let fraction = progress.isFinite ? min(max(progress, 0), 1) : 0
        return "\(Int(fraction * 100))%"
    }

    private var errorText: String {
        guard let error else { return "" }
        return error.reason.isEmpty ? error.message : "\(error.message) (\(error.reason))"
    }
}
