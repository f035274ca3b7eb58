public import Model

/// Knows the passwords of principals.
public protocol PasswordCheck: Sendable {
    /// Whether it is the principal's password. Takes as long for a principal that nobody knows.
    ///
    /// - Throws: what the store throws, and `OVERLOADED` if too many are compared already; nothing was compared then.
    func isPassword(_ password: Password, of principal: String) async throws -> Bool

    /// Replaces the principal's password, durably. Safe to repeat.
    ///
    /// - Parameter author: for the log of events, which the change is written to.
    func setPassword(_ password: Password, of principal: String, by author: ChangeAuthor) async throws
}
