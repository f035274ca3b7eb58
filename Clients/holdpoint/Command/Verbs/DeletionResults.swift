import HoldpointClient

/// How one deletion went.
struct DeletionResult {
    /// `volume data-1`
    let subject: String
    /// Nil: there was nothing to do.
    let operation: Operation?
    let warnings: [Warning]
    let isDryRun: Bool
    /// What it took, or what a dry run found that it would take; nil: nobody looked.
    var plan: DeletionPlan?

    /// For people.
    var line: String {
        if isDryRun { return "\(subject) can be deleted" + (plan?.effect(isForeseen: true) ?? "") }
        guard let operation else { return "\(subject) does not exist" }
        guard operation.state == .succeeded else { return "\(subject) is being deleted: \(operation.id)" }
        return "\(subject) deleted" + (plan?.effect(isForeseen: false) ?? "")
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
    ///
    /// - Parameter plan: what it takes.
    func deleted(_ subject: String, _ answer: DeleteAnswer, _ plan: DeletionPlan? = nil) async throws -> DeletionResult
    {
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
            subject: subject, operation: operation, warnings: warnings, isDryRun: settings.dryRun, plan: plan)
    }

    /// What a deletion takes, for a person to read afterwards; nil: nobody reads it, or it cannot be told.
    func planToTell(_ reference: String, _ scope: PlanScope) async -> DeletionPlan? {
        guard printer.format == .table, settings.requestID == nil, settings.waits else { return nil }
        return try? await plan(reference, scope)
    }
}

extension DeletionPlan {
    /// What goes beside the thing itself, and what space that gives: ` with 3 snapshots; 20 MiB freed`.
    fileprivate func effect(isForeseen: Bool) -> String {
        var deletions = steps.filter { $0.action == .delete }
        if let asked = deletions.firstIndex(where: \.requiredBy.isEmpty) { deletions.remove(at: asked) }
        let companions = Dictionary(grouping: deletions, by: \.kind)
        let names = ["server-snapshot": "server snapshot"]
        let counts = ["server", "server-snapshot", "snapshot", "volume"].compactMap { kind in
            companions[kind].map { ResourceText.count($0.count, names[kind] ?? kind) }
        }
        let with = counts.isEmpty ? "" : " with " + counts.joined(separator: " and ")
        let size = ByteSize.text(freesBytes)
        // A server has no data of its own.
        let hasData = steps.contains { $0.action == .delete && $0.kind != Server.noun }
        switch (hasData, freesBytes > 0) {
        case (false, _): return with
        case (true, false): return with + "; frees nothing while others rest on its data"
        case (true, true): return with + (isForeseen ? "; frees \(size)" : "; \(size) freed")
        }
    }
}
