import HoldpointClient

/// What `show` says about every kind of resource.
extension HoldpointResource {
    var presentedName: String { id }

    /// The state, painted by how well it is.
    var stateCell: Table.Cell { Table.Cell(stateName, color: Color(state: stateName)) }

    /// The details that all kinds have, around those of one kind.
    func details(_ own: [Detail]) -> [Detail] {
        identity + own + history
    }

    private var identity: [Detail] {
        [
            Detail("name", name), Detail("id", id), Detail("description", description),
            Detail("labels", labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")),
            Detail(
                "state", stateName + (stateSince.map { ", since \(TimeText.full($0))" } ?? ""),
                color: Color(state: stateName)),
            Detail("failure", failure.map(ResourceText.failure) ?? "", color: .red),
        ]
    }

    private var history: [Detail] {
        [
            Detail("protected", deletionProtection ? "yes" : ""), Detail("operation", operationID),
            Detail("created", createTime.map { TimeText.full($0) } ?? ""),
            Detail("revision", String(revision)), Detail("etag", etag), Detail("project", projectID),
        ]
    }
}

/// Parts of resources as people read them.
enum ResourceText {
    static func failure(_ failure: Failure) -> String {
        let tries = failure.attempts > 1 ? ", after \(failure.attempts) attempts" : ""
        let resolver = failure.resolvableBy == .administrator ? "; an administrator can resolve it" : ""
        return "\(failure.reason) in step \(failure.step)\(tries): \(failure.message)\(resolver)"
    }

    /// `DELETE_VOLUME vol-…, given by admin at unix:0, 2026-…`
    static func consent(_ consent: StandingConsent) -> String {
        let time = consent.time.map { ", \(TimeText.full($0))" } ?? ""
        return "\(consent.allows), given by \(consent.principal) at \(consent.source)\(time)"
    }

    static func relative(_ time: Timestamp?) -> String {
        time.map { TimeText.relative($0) } ?? ""
    }

    static func full(_ time: Timestamp?) -> String {
        time.map { TimeText.full($0) } ?? ""
    }

    /// `name (id)`, or the one that is there.
    static func reference(_ name: String, _ id: String) -> String {
        name.isEmpty || id.isEmpty ? name + id : "\(name) (\(id))"
    }

    static func grade(_ grade: Consistency.Grade) -> String {
        grade == .unspecified ? "" : grade.name
    }
}
