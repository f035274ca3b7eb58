import Model

/// What a restore tells the one who asked for it.
struct RestoreReport {
    let plan: RestorePlan
    /// As they are now.
    let rows: MetadataRows
    let backup: String
    /// Where the old metadata are; nil: there were none.
    let old: String?

    var lines: [String] {
        summary + operations + quarantine + setAside + errors + next
    }

    private var summary: [String] {
        let counts =
            "restored \(rows.servers.count) servers, \(rows.volumes.count) volumes, \(rows.snapshots.count) snapshots "
            + "and \(rows.serverSnapshots.count) server snapshots from \(backup)"
        let overlays = plan.overlays.count
        return [counts] + (old.map { ["the old metadata are kept in \($0)"] } ?? [])
            + (overlays > 0 ? ["\(overlays) volumes go on with an empty layer: other data rests on what they had"] : [])
    }

    private var operations: [String] {
        plan.operations.map { "operation \($0.id) (\($0.type)) had not ended and FAILED (\(RestorePlan.reason))" }
            + plan.volumes.removed.map { "volume \($0.header.name) (\($0.id)) was being made and is gone" }
            + plan.snapshots.removed.map { "snapshot \($0.header.name) (\($0.id)) was being taken and is gone" }
    }

    private var quarantine: [String] {
        plan.quarantined.map { part in
            let origin = part.origin
            let place =
                origin.kind == .layer
                ? "it rests on nothing that the backup knows"
                : "newer data of \(origin.kind.words) \(origin.name) (\(origin.id))"
            return "quarantined layer \(part.layerID): \(place)"
        }
    }

    private var setAside: [String] {
        (plan.rejectedLayers.map { "layer \($0)" } + plan.strays.map { "file \($0.name)" }).map {
            "moved \($0) into the folder quarantine: it has no whole header, or what it rests on is gone"
        }
    }

    private var errors: [String] {
        func lines<Element: Resource>(_ resources: [Element]) -> [String] {
            resources.filter { $0.header.failure?.step == "restore" }.map {
                "\(Element.kind.words) \($0.header.name) (\($0.id)) is \($0.state.rawValue): "
                    + ($0.header.failure?.message ?? "")
            }
        }
        return lines(rows.volumes) + lines(rows.snapshots) + lines(rows.serverSnapshots)
    }

    private var next: [String] {
        ["nothing was started. Start holdpointd, then: holdpoint admin check"]
            + rows.servers.map { "  holdpoint server start \($0.id)  # \($0.header.name)" }
    }
}
