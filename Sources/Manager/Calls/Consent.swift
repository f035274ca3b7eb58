internal import Model

/// A caller's consent to destroy data for ever.
public struct Consent: Sendable, Hashable {
    public var acknowledged: Bool
    /// Never logged, never kept.
    public var password: String

    public init(acknowledged: Bool, password: String) {
        self.acknowledged = acknowledged
        self.password = password
    }
}

/// Knows the passwords of principals.
public protocol PasswordCheck: Sendable {
    func isPassword(_ password: String, of principal: String) async -> Bool
}

/// What became of a call's consent.
enum ConsentOutcome: Sendable {
    case missing
    case wrong
    case given

    init(_ consent: Consent?, of principal: String, check: any PasswordCheck) async {
        guard let consent, consent.acknowledged else {
            self = .missing
            return
        }
        self = await check.isPassword(consent.password, of: principal) ? .given : .wrong
    }

    /// Refuses what destroys data without its caller's consent. Where nothing will be changed, a consent may be
    /// missing, but not wrong.
    func require(for mutation: Mutation) throws(Refusal) {
        guard mutation.needsConsent else { return }
        switch self {
        case .given: return
        case .missing where mutation.validateOnly: return
        case .missing:
            throw Refusal(
                .consentRequired,
                "this destroys data for ever: it needs your consent, acknowledged and with your password")
        case .wrong: throw Refusal(.consentInvalid, "the password of the consent is wrong")
        }
    }
}
