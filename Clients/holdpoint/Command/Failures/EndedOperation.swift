import HoldpointClient

extension CommandFailure {
    /// An operation that did not do what it should.
    init(_ what: String, ended operation: Operation, titles: StepTitles = StepTitles()) {
        var status = operation.error ?? Status(code: .unknown, message: "the operation ended \(operation.state.name)")
        if status.code == .ok { status.code = .unknown }
        status.operationID = operation.id
        self.init(what, status, exit: .operationFailed)
        if operation.state == .stuck { stop(operation, titles) }
    }

    /// Stuck half-way: how far it came, and how it goes on.
    private mutating func stop(_ operation: Operation, _ titles: StepTitles) {
        let done = operation.steps.filter { $0.state == .done }.count
        status.message +=
            "; operation \(operation.id) is stuck: \(done) of \(operation.steps.count) steps are done, "
            + "and it goes on when an administrator says so"
        notes = operation.steps.indices.map { index in
            let step = operation.steps[index]
            let cause = step.message.isEmpty ? "" : ": \(step.message)"
            return step.state.progress + titles.numbered(index, of: operation) + cause
        }
        self = remedied("try again and go on", command: ResourceText.retry(operation.id))
        // Nothing else has a rest that can be given back.
        guard operation.kind == "EXECUTE_PLAN" else { return }
        self = remedied(
            "or give back what is left; what is done stays done",
            command: Process.commandLine(["admin", "resolve", operation.id, "--restore"]))
    }
}

extension OperationStep.State {
    /// In words of one width, for lists of steps.
    fileprivate var progress: String {
        switch self {
        case .done: "done    "
        case .failed: "failed  "
        case .undone: "undone  "
        case .started: "begun   "
        case .pending, .unspecified, .unrecognized: "to do   "
        }
    }
}
