internal import HoldpointMessages
internal import HoldpointRPC
internal import Model

extension HoldpointMessages.Operation {
    init(_ operation: Model.Operation) {
        self.init()
        id = operation.id.rawValue
        projectID = operation.projectID.rawValue
        kind = operation.type
        state = State(operation.state)
        stateSince = HoldpointMessages.Timestamp(operation.stateSince)
        createTime = HoldpointMessages.Timestamp(operation.createTime)
        progress = operation.progress
        steps = operation.steps.map { OperationStep($0) }
        stepCount = UInt32(clamping: operation.steps.total)
        targetIDs = operation.targetIDs
        requestID = operation.requestID
        error = operation.problem.map { Status($0, of: operation) }
        revision = UInt64(clamping: operation.revision)
        warnings = operation.warnings.map { HoldpointMessages.Warning($0) }
        standingConsent = operation.standingConsent.map { HoldpointMessages.StandingConsent($0) }
    }
}

extension HoldpointMessages.StandingConsent {
    init(_ consent: Model.StandingConsent) {
        self.init(
            principal: consent.principal, source: consent.source, time: HoldpointMessages.Timestamp(consent.time),
            allows: consent.allows)
    }
}

extension OperationStep {
    init(_ step: Model.Operation.Step) {
        self.init()
        name = step.name
        message = step.message
        switch step.state {
        case .pending: state = .pending
        case .started: state = .started
        case .done: state = .done
        case .failed: state = .failed
        case .undone: state = .undone
        }
    }
}

extension HoldpointMessages.Operation.State {
    init(_ state: Model.Operation.State) {
        switch state {
        case .pending: self = .pending
        case .running: self = .running
        case .succeeded: self = .succeeded
        case .failed: self = .failed
        case .cancelled: self = .cancelled
        case .stuck: self = .stuck
        }
    }
}

extension Status {
    /// Why an operation ended otherwise than wished.
    fileprivate init(_ problem: Model.Operation.Problem, of operation: Model.Operation) {
        self.init()
        code = operation.state == .cancelled ? .cancelled : (Reason(rawValue: problem.reason)?.code ?? .internal)
        message = problem.step.isEmpty ? problem.message : "\(problem.step): \(problem.message)"
        reason = problem.reason
        operationID = operation.id.rawValue
    }
}

extension Model.Operation: ShownInEvents {
    var shownInEvents: HoldpointMessages.Event.Resource { .operation(HoldpointMessages.Operation(self)) }
}
