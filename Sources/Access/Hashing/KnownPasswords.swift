internal import Crypto
internal import Foundation
internal import Synchronization

/// Passwords that were right before in this process, so that a script that deletes a thousand things pays for one
/// hash. Kept as codes under a key that lives and dies with the process; each holds for one stored hash only.
final class KnownPasswords: Sendable {
    private let key = SymmetricKey(size: .bits256)
    /// By principal: as many as have a stored hash.
    private let codes = Mutex<[String: Data]>([:])

    func add(_ password: Password, of principal: String, hash: String) {
        let code = Data(HMAC<SHA256>.authenticationCode(for: message(password, hash), using: key))
        codes.withLock { $0[principal] = code }
    }

    func contains(_ password: Password, of principal: String, hash: String) -> Bool {
        guard let code = codes.withLock({ $0[principal] }) else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: message(password, hash), using: key)
    }

    /// A stored hash holds no NUL, so nobody else's hash and password make the same message.
    private func message(_ password: Password, _ hash: String) -> Data {
        Data(hash.utf8) + [0] + Data(password.text.utf8)
    }
}
