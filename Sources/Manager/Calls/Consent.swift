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

extension ResourceManager {
    /// Looks at the consent of a change that destroys data and that no rule forbids.
    ///
    /// - Throws: `CONSENT_REQUIRED`, `CONSENT_INVALID`. Where nothing will be changed, a consent may be missing, but
    ///   not wrong.
    func requireConsent(to mutation: Mutation) async throws {
        guard let consent = mutation.consent, consent.isComplete else {
            if mutation.validateOnly { return }
            throw Refusal.consentRequired
        }
        try await requireRight(mutation.call) {
            try await passwords.isPassword(consent.password, of: mutation.call.principal)
        }
    }

    /// Compares the password of a caller's consent when it is its turn.
    ///
    /// - Throws: `CONSENT_INVALID` if it is wrong, or not looked at.
    func requireRight(_ call: Call, isRight: @Sendable () async throws -> Bool) async throws {
        let verdict = try await gate.verdict(
            of: call.principal, source: call.source, deadline: call.deadline, isRight: isRight)
        switch verdict {
        case .right: return
        case .wrong(let delay):
            logger.warning(
                "a wrong password", metadata: ["principal": "\(call.principal)", "source": "\(call.source)"])
            noteDenial(principal: call.principal, source: call.source, reason: Reason.consentInvalid.rawValue)
            throw Refusal.wrongPassword(nextAfter: delay)
        case .notLookedAt(let delay): throw Refusal.passwordNotLookedAt(retryAfter: delay)
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
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) * 1_000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }

    /// `250 ms`, `8 s`
    fileprivate var rounded: String {
        milliseconds < 1_000 ? "\(milliseconds) ms" : "\((milliseconds + 999) / 1_000) s"
    }
}
