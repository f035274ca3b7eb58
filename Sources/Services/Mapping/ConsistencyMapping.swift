internal import HoldpointMessages
internal import Manager
internal import Model

extension HoldpointMessages.ConsistencyReport {
    init(_ report: Manager.ConsistencyReport) {
        self.init(
            time: HoldpointMessages.Timestamp(report.time), clean: report.isClean,
            findings: report.toldFindings.map { HoldpointMessages.ConsistencyFinding($0) },
            volumeCount: UInt32(clamping: report.volumeCount), snapshotCount: UInt32(clamping: report.snapshotCount),
            serverCount: UInt32(clamping: report.serverCount), layerCount: UInt32(clamping: report.layerCount),
            quarantinedLayerCount: UInt32(clamping: report.quarantinedLayerCount),
            uncheckedLayerCount: UInt32(clamping: report.uncheckedLayerCount),
            omittedFindingCount: UInt32(clamping: report.findings.count - report.toldFindings.count))
    }
}

extension HoldpointMessages.ConsistencyFinding {
    init(_ finding: Model.ConsistencyFinding) {
        self.init(
            severity: Severity(finding.severity), reason: finding.reason.rawValue, kind: finding.kind, id: finding.id,
            name: finding.name,
            message: finding.message + (finding.remedy.map { ". `\(RemedyText($0).command)`" } ?? ""),
            repaired: finding.isRepaired)
    }
}

extension HoldpointMessages.ConsistencyFinding.Severity {
    init(_ severity: Model.ConsistencyFinding.Severity) {
        switch severity {
        case .notice: self = .notice
        case .warning: self = .warning
        case .error: self = .error
        }
    }
}

extension HoldpointMessages.Problem {
    init(_ problem: SystemProblem) {
        self.init(
            severity: problem.severity == .error ? .error : .warning, reason: problem.reason.rawValue,
            kind: problem.kind, id: problem.id, name: problem.name, message: problem.message,
            since: problem.since.map { HoldpointMessages.Timestamp($0) }, command: RemedyText(problem.remedy).command)
    }
}
