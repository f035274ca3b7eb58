import HoldpointClient

/// How one deletion went.
struct DeletionResult {
    /// `volume data-1`
    let subject: String
    /// Nil: there was nothing to do.
    let operation: Operation?
    let warnings: [Warning]
    let isDryRun: Bool
    /// What a dry run found that would be done.
    var plan: DeletionPlan?

    /// For people.
    var line: String {
        if isDryRun { return "\(subject) can be deleted" }
        guard let operation else { return "\(subject) does not exist" }
        return operation.state == .succeeded ? "\(subject) deleted" : "\(subject) is being deleted: \(operation.id)"
    }

    /// The operation, or the plan of a dry run, and the answer's warnings.
    var tree: JSONValue {
        get throws {
            let warnings = JSONValue.array(try warnings.map { try $0.tree() })
            return try (operation?.tree() ?? plan?.tree() ?? .object([])).setting("warnings", warnings)
        }
    }
}

/// How several went: a line each as they happen, or one list at the end; the first failure decides the exit code.
struct DeletionResults {
    let session: Session
    /// One was asked for: its result stands alone and is no list.
    let isSingle: Bool
    private var trees: [JSONValue] = []
    private var failures: [CommandFailure] = []

    init(session: Session, isSingle: Bool) {
        self.session = session
        self.isSingle = isSingle
    }

    mutating func succeed(_ result: DeletionResult) throws {
        switch session.printer.format {
        case .table: StandardStreams.output(Printable.line(result.line) + "\n")
        case .name: StandardStreams.output(result.operation.map { $0.id + "\n" } ?? "")
        case .json, .yaml, .csv: trees.append(try result.tree)
        }
    }

    /// Makes one deletion and keeps how it went. A consent that was refused once is not tried again: that counts.
    ///
    /// - Parameter explain: the failure that an error of the deletion is; nil: just that.
    mutating func attempt(
        _ what: String, explain: ((any Error) -> CommandFailure)? = nil, _ deletion: () async throws -> DeletionResult
    ) async {
        if let refused = failures.first(where: { $0.status.reason == "CONSENT_INVALID" }) {
            return fail(CommandFailure(what, refused.status))
        }
        do {
            try succeed(try await deletion())
        } catch {
            fail(explain?(error) ?? CommandFailure(what, error))
        }
    }

    mutating func fail(_ failure: CommandFailure) {
        failures.append(failure)
        if !FailureReport.usesJSON { FailureReport.print(failure) }
    }

    /// Prints what waits for the end.
    ///
    /// - Throws: `ReportedFailure` with the first failure's exit code. As JSON its error is the last line.
    func end() throws {
        if let tree { StandardStreams.output(Printer.text(tree, session.printer.format)) }
        guard let first = failures.first else { return }
        if FailureReport.usesJSON { (failures.dropFirst() + [first]).forEach(FailureReport.print) }
        throw ReportedFailure(exit: first.exit)
    }

    private var tree: JSONValue? {
        switch session.printer.format {
        case .table, .name: nil
        case .json, .yaml, .csv: isSingle ? trees.first : .array(trees)
        }
    }
}

extension Session {
    /// Waits for a deletion's operation, unless that is not wanted.
    func deleted(_ subject: String, _ answer: DeleteAnswer) async throws -> DeletionResult {
        warn(answer.warnings)
        var operation = answer.operation
        var warnings = answer.warnings
        if let accepted = operation, settings.waits, !settings.dryRun {
            let ended = try await finished(accepted)
            let late = ended.warnings.filter { !warnings.contains($0) }
            warn(late)
            warnings += late
            operation = ended
        }
        return DeletionResult(
            subject: subject, operation: operation, warnings: warnings, isDryRun: settings.dryRun)
    }
}
