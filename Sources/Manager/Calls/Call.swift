public import Model
internal import Store

/// Who asks, from where, and for which project.
public struct Call: Sendable, Hashable {
    public var principal: String
    /// `unix:0`, `tcp:127.0.0.1:50112` and the like, for the log of events.
    public var source: String
    /// Id or name; empty: the default project.
    public var project: String
    /// When its time is over, and its task is cancelled; nil: it has no limit.
    public var deadline: ContinuousClock.Instant?

    public init(
        principal: String, source: String, project: String = "", deadline: ContinuousClock.Instant? = nil
    ) {
        self.principal = principal
        self.source = source
        self.project = project
        self.deadline = deadline
    }
}

/// A call that changes something.
public struct Mutation: Sendable {
    public var call: Call
    /// Full name of the method: request ids are unique within it.
    public var method: String
    /// UUID in lower case; repeating it with the same body gives the same answer.
    public let requestID: String
    /// Of the body without request id, consent and validate_only.
    public var fingerprint: String
    /// Check everything but a missing consent; change nothing.
    public var validateOnly: Bool
    /// It destroys data: refused without consent, after all other rules were applied.
    public var needsConsent: Bool
    public var consent: Consent?

    /// - Parameter requestID: upper and lower case are one (RFC 9562, section 4).
    public init(
        call: Call, method: String, requestID: String, fingerprint: String, validateOnly: Bool = false,
        needsConsent: Bool = false, consent: Consent? = nil
    ) {
        self.call = call
        self.method = method
        self.requestID = requestID.lowercased()
        self.fingerprint = fingerprint
        self.validateOnly = validateOnly
        self.needsConsent = needsConsent
        self.consent = consent
    }
}

/// What a mutation did.
public struct MutationAnswer<Target: Sendable>: Sendable {
    /// As it is after the change; nil once it is gone.
    public var resource: Target?
    /// What is under way; nil: the change is done.
    public var operation: Operation?
    public var warnings: [Warning]
    /// Of a batch.
    var parts: [RememberedRequest.Part] = []
}

/// For changes whose answer is their operation.
public struct NoTarget: Sendable, Hashable {}
