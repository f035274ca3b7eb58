import HoldpointClient

/// What `show` says about every kind of resource.
extension HoldpointResource {
    var presentedName: String { id }

    /// The state, painted by how well it is.
    var stateCell: Table.Cell {
        guard let failure else { return Table.Cell(stateName, color: Color(state: stateName)) }
        return Table.Cell("\(stateName) (failed: \(failure.reason))", color: .red)
    }

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
            Detail("to resolve", failure.map { ResourceText.resolution(of: $0, on: id) } ?? ""),
        ]
    }

    private var history: [Detail] {
        [
            Detail("protected", deletionProtection ? "yes" : ""), Detail("operation", operationID),
            Detail("created", createTime.map { TimeText.full($0) } ?? ""),
            Detail("revision", revision == 0 ? "" : String(revision)), Detail("etag", etag),
            Detail("project", projectID),
        ]
    }
}

/// Parts of resources as people read them.
enum ResourceText {
    static func failure(_ failure: Failure) -> String {
        let tries = failure.attempts > 1 ? " after \(failure.attempts) attempts" : ""
        return "step \(failure.step) failed\(tries): \(failure.message) (\(failure.reason))"
    }

    /// Who can resolve it, and how.
    static func resolution(of failure: Failure, on id: String) -> String {
        switch failure.resolvableBy {
        case .administrator: "an administrator: \(retry(id))"
        case .user: "whoever may change it: try again"
        case .unspecified, .unrecognized: ""
        }
    }

    /// The line that resumes what is stuck.
    static func retry(_ id: String) -> String {
        Process.commandLine(["admin", "resolve", id, "--retry"])
    }

    /// `1 volume`, `2 volumes`
    static func count(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
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
