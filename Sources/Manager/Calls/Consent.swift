public import Access
internal import Model

/// A caller's consent to destroy data for ever.
public struct Consent: Sendable, Hashable {
    public var acknowledged: Bool
    public var password: Password

    public init(acknowledged: Bool, password: Password) {
        self.acknowledged = acknowledged
        self.password = password
    }
}

/// What became of a call's consent.
enum ConsentOutcome: Sendable {
    /// Not asked for: the call destroys nothing.
    case unneeded
    case missing
    case given
    /// `CONSENT_INVALID`
    case refused(Refusal)

    /// Refuses what destroys data without its caller's consent. Where nothing will be changed, a consent may be
    /// missing, but not wrong.
    func require(for mutation: Mutation) throws(Refusal) {
        switch self {
        case .unneeded, .given: return
        case .missing where mutation.validateOnly: return
        case .missing: throw .consentRequired
        case .refused(let refusal): throw refusal
        }
    }
}

extension ResourceManager {
    /// Looks at the consent of a change that needs one.
    ///
    /// Before the transaction, which cannot wait, but told in it, after the rules: a wrong password counts as a failure
    /// even if a rule refuses the call, and then the rule is what the caller hears.
    func consent(to mutation: Mutation) async throws -> ConsentOutcome {
        guard mutation.needsConsent else { return .unneeded }
        guard let consent = mutation.consent, consent.isComplete else { return .missing }
        return try await outcome(of: mutation.call) {
            try await passwords.isPassword(consent.password, of: mutation.call.principal)
        }
    }

    /// Compares the password of a caller's consent when it is its turn.
    func outcome(of call: Call, isRight: @Sendable () async throws -> Bool) async throws -> ConsentOutcome {
        let verdict = try await gate.verdict(
            of: call.principal, source: call.source, deadline: call.deadline, isRight: isRight)
        switch verdict {
        case .right: return .given
        case .wrong(let delay):
            logger.warning(
                "a wrong password", metadata: ["principal": "\(call.principal)", "source": "\(call.source)"])
            return .refused(.wrongPassword(nextAfter: delay))
        case .notLookedAt(let delay): return .refused(.passwordNotLookedAt(retryAfter: delay))
        }
    }
}

extension Consent {
    /// Acknowledged, and with a password of some kind.
    var isComplete: Bool { acknowledged && !password.isEmpty }
}

extension Refusal {
    static let consentRequired = Refusal(
        .consentRequired, "this destroys data for ever: it needs your consent, acknowledged and with your password")

    fileprivate static func wrongPassword(nextAfter delay: Duration) -> Refusal {
        guard delay > .zero else { return Refusal(.consentInvalid, "the password of the consent is wrong") }
        return Refusal(
            .consentInvalid,
            "the password of the consent is wrong, once more; the next one is looked at in \(delay.rounded)"
        ).retrying(after: delay)
    }

    fileprivate static func passwordNotLookedAt(retryAfter delay: Duration) -> Refusal {
        Refusal(
            .consentInvalid,
            "the password of the consent was not looked at, because too many before it were wrong; "
                + "try again in \(delay.rounded)"
        ).retrying(after: delay)
    }

    private func retrying(after delay: Duration) -> Refusal {
        var refusal = self
        refusal.retryAfterMilliseconds = delay.milliseconds
        return refusal
    }
}

extension Duration {
    /// Rounded up, so that whoever waits that long waits long enough.
    fileprivate var milliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) * 1_000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }

    /// `250 ms`, `8 s`
    fileprivate var rounded: String {
        milliseconds < 1_000 ? "\(milliseconds) ms" : "\((milliseconds + 999) / 1_000) s"
    }
}
