internal import Access
internal import Model
internal import Store

extension ResourceManager {
    /// Changes a principal's password. The consent carries the one that holds until now.
    ///
    /// Safe to repeat: a caller who did not hear the answer sends the old password again, which no longer holds; that
    /// the new one does is right then too, and it is set once more.
    ///
    /// - Parameter user: name of the principal; empty: the caller. There are no roles yet, so nobody sets another's.
    /// - Throws: `NOT_FOUND`, `INVALID_ARGUMENT`, `CONSENT_REQUIRED`, `CONSENT_INVALID`.
    public func setPassword(_ text: String, of user: String, consent: Consent?, _ call: Call) async throws {
        guard user.isEmpty || user == call.principal else { throw Refusal.unknown(.principal, user) }
        let new = try Password(new: text, field: "new_password")
        guard let consent, consent.isComplete else { throw Refusal.passwordNeeded }
        try await requireRight(call) {
            if try await passwords.isPassword(consent.password, of: call.principal) { return true }
            return try await passwords.isPassword(new, of: call.principal)
        }
        try await passwords.setPassword(
            new, of: call.principal,
            by: ChangeAuthor(principal: call.principal, source: call.source, reason: "password changed"))
    }
}

extension Refusal {
    fileprivate static let passwordNeeded = Refusal(
        .consentRequired, "changing a password needs your consent, acknowledged and with the password until now")
}
