/// One long or multi-step change. Survives a restart.
public struct Operation: EventSubject {
    public static let kind = ResourceKind.operation

    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        case pending = "PENDING"
        case running = "RUNNING"
        case succeeded = "SUCCEEDED"
        case failed = "FAILED"
        case cancelled = "CANCELLED"
        case stuck = "STUCK"

        /// Nothing changes any more; a stuck operation still waits for an administrator.
        public var isFinal: Bool { self == .succeeded || self == .failed || self == .cancelled }
        /// It does nothing now: it has ended, or waits for an administrator.
        public var isAtRest: Bool { isFinal || self == .stuck }
    }

    public struct Step: Hashable, Sendable, Codable {
        public enum State: String, Hashable, Sendable, Codable, CaseIterable {
            case pending = "PENDING"
            case started = "STARTED"
            case done = "DONE"
            case failed = "FAILED"
            case undone = "UNDONE"
        }

        public let name: String
        public var state: State
        public var message: String
        /// An earlier process, or an earlier try of this one, began it, and nobody heard how it ended; nil: no.
        public var mayHaveRun: Bool?

        public init(name: String, state: State = .pending, message: String = "") {
            self.name = name
            self.state = state
            self.message = message
        }
    }

    /// Why it ended otherwise than wished.
    public struct Problem: Hashable, Sendable, Codable {
        /// STORAGE_FULL and the like.
        public var reason: String
        public var message: String
        /// The step at which it happened.
        public var step: String
        /// How often the step was tried by the process that gave up; nil: no step is to blame.
        public var attempts: Int?

        public init(reason: String, message: String, step: String) {
            self.reason = reason
            self.message = message
            self.step = step
        }
    }

    public let id: OperationID
    public let projectID: ProjectID
    /// Names the definition that it follows: CREATE_VOLUME and the like.
    public let type: String
    public var state: State
    public var stateSince: Timestamp
    public let createTime: Timestamp
    public var steps: OperationSteps
    /// What it changes, the main resource first; of more than `largestTargetCount` the first ones, the others are named
    /// by its steps.
    public let targetIDs: [String]
    public let requestID: String
    /// Who asked for it.
    public let principal: String
    /// Everything that its steps need, fixed when it was accepted: JSON of the definition's input. Empty where an
    /// operation was read to be shown.
    public var input = ""
    public var problem: Problem?
    /// A caller asked it to stop.
    public var cancelRequested: Bool
    public var revision: Int64
    public var warnings: [Warning]
    /// The consent that it works under; nil: it destroys nothing.
    public var standingConsent: StandingConsent?

    public init(
        id: OperationID, projectID: ProjectID, type: String, steps: [Step], targetIDs: [String], requestID: String,
        principal: String, input: String, warnings: [Warning], standingConsent: StandingConsent? = nil,
        at now: Timestamp
    ) {
        self.id = id
        self.projectID = projectID
        self.type = type
        state = .pending
        stateSince = now
        createTime = now
        self.steps = OperationSteps(steps)
        self.targetIDs = Array(targetIDs.prefix(Self.largestTargetCount))
        self.requestID = requestID
        self.principal = principal
        self.input = input
        problem = nil
        cancelRequested = false
        revision = 0
        self.warnings = warnings
        self.standingConsent = standingConsent
    }

    /// Part of the steps that is done, 0 to 1.
    public var progress: Double {
        if state == .succeeded { return 1 }
        guard steps.total > 0 else { return 0 }
        return Double(steps.count(.done)) / Double(steps.total)
    }

    public static let largestTargetCount = 100

    /// All but the input: that stays with the operation and is shown to nobody.
    private enum CodingKeys: CodingKey {
        case id, projectID, type, state, stateSince, createTime, steps, targetIDs, requestID, principal, problem
        case cancelRequested, revision, warnings, standingConsent
    }
}

public typealias OperationID = Identifier<Operation>

/// Something that the caller should know about a change that was made.
public struct Warning: Hashable, Sendable, Codable {
    public let reason: String
    public let message: String

    public init(reason: String, message: String) {
        self.reason = reason
        self.message = message
    }
}
