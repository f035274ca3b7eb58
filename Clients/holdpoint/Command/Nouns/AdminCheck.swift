import ArgumentParser
import HoldpointClient

/// `holdpoint admin check`
struct AdminCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Prove that metadata and data agree, or print where they do not.",
        discussion: """
            Exit 0: nothing worse than a notice; 4: warnings; 7: errors, data is in danger.
            Looks inside layers for some seconds and says how many are left; the server goes on with them in the \
            background, and --thorough waits for all.
            """)

    @Flag(help: "Put what nobody knows into quarantine; changes nothing else.")
    var repair = false

    @Flag(help: "Look inside every layer that was not looked into since it changed, however long that takes.")
    var thorough = false

    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("admin check") { session in
            var request = CheckConsistencyRequest(repair: repair && !session.settings.dryRun, thorough: thorough)
            var report = try await check(request, session)
            while thorough, report.uncheckedLayerCount > 0 {
                session.note("\(report.uncheckedLayerCount) of \(report.layerCount) layers are left to look into")
                let leftBefore = report.uncheckedLayerCount
                request.repair = false
                report = try await check(request, session)
                // Those that are left cannot be looked into now: a process has opened them, say.
                guard report.uncheckedLayerCount < leftBefore else { break }
            }
            try session.print(report)
            if let code = report.failure {
                throw CommandFailure(session.what, Status(code: code, message: report.summary))
            }
            if session.settings.output == .table { StandardStreams.output(report.summary + "\n") }
        }
    }

    private func check(_ request: CheckConsistencyRequest, _ session: Session) async throws -> ConsistencyReport {
        guard request.repair else {
            return try await session.client.admin.checkConsistency(request, options: session.callOptions)
        }
        return try await session.sendUnnamed { options throws(RPCError) in
            try await session.client.admin.checkConsistency(request, options: options)
        }
    }
}

extension Session {
    /// The findings as a table, or the report as it is.
    fileprivate func print(_ report: ConsistencyReport) throws {
        switch settings.output {
        case .table: if !report.findings.isEmpty { try printer.list(report.findings) }
        case .name, .csv: try printer.list(report.findings)
        case .json, .yaml: StandardStreams.output(Printer.text(try report.tree(), settings.output))
        }
    }
}

extension ConsistencyReport {
    /// What the worst finding that was not repaired makes of the command; nil: nothing is worse than a notice.
    var failure: Status.Code? {
        let left = findings.filter { !$0.repaired }
        if left.contains(where: { $0.severity.rawValue >= ConsistencyFinding.Severity.error.rawValue }) {
            return .dataLoss
        }
        // One of a severity that was left out counts as a warning, too.
        return left.allSatisfy { $0.severity == .notice } ? nil : .failedPrecondition
    }

    /// `1 error, 2 warnings, 0 notices, 2 put into quarantine; looked at 3 volumes, …`
    var summary: String {
        let severe = findings.count { $0.severity.rawValue >= ConsistencyFinding.Severity.error.rawValue }
        let notices = findings.count { $0.severity == .notice }
        let repaired = findings.count { $0.repaired }
        let found = [
            ResourceText.count(severe, "error"), ResourceText.count(findings.count - severe - notices, "warning"),
            ResourceText.count(notices, "notice"), repaired == 0 ? nil : "\(repaired) put into quarantine",
            omittedFindingCount == 0 ? nil : "\(omittedFindingCount) more",
        ].compactMap { $0 }.joined(separator: ", ")
        return "\(found); looked at \(ResourceText.count(Int(volumeCount), "volume")), "
            + "\(ResourceText.count(Int(snapshotCount), "snapshot")), "
            + "\(ResourceText.count(Int(serverCount), "server")), \(ResourceText.count(Int(layerCount), "layer"))"
            + (quarantinedLayerCount == 0 ? "" : " (\(quarantinedLayerCount) in quarantine)")
            + (uncheckedLayerCount == 0
                ? "" : "; \(ResourceText.count(Int(uncheckedLayerCount), "layer")) not looked into yet")
    }
}

extension ConsistencyFinding: Presentable {
    static let headers = ["SEVERITY", "REASON", "RESOURCE", "MESSAGE"]

    var presentedName: String { id }

    var row: [Table.Cell] {
        [
            .init(severity.name, color: color), .init(reason), .init(resource),
            .init(message + (repaired ? " (put into quarantine)" : "")),
        ]
    }

    var details: [Detail] {
        [
            Detail("severity", severity.name, color: color), Detail("reason", reason), Detail("resource", resource),
            Detail("message", message), Detail("repaired", repaired ? "yes" : ""),
        ]
    }

    private var resource: String {
        [kind, ResourceText.reference(name, id)].filter { !$0.isEmpty }.joined(separator: " ")
    }

    private var color: Color? {
        switch severity {
        case .error: .red
        case .warning: .yellow
        default: nil
        }
    }
}
