import Access
import Foundation
import HoldpointRPC
import Logging
import Model

/// What the first start makes for `admin`: a token for TCP and a password for consents, each in a file of its own that
/// only the server's user may read. Their values are never logged.
///
/// The token stays in its file (`AdminToken`). Of the password the store keeps a hash, and the file counts at every
/// start: a value that is not the password becomes it (2026-11: whoever can write to this folder has the database too,
/// and so a forgotten password is replaced without a tool). `SetPassword` removes the file: it would bring the old one
/// back.
struct Secrets: Sendable {
    static let principal = "admin"
    private static let randomByteCount = 32

    let token: AdminToken
    private let passwordFile: SecretFile
    private let logger: Logger

    /// Reads the token, and makes one if it is missing.
    init(in directory: StateDirectory, logger: Logger) throws {
        token = try AdminToken(SecretFile(path: directory.file("admin.token")), new: Self.newToken, logger: logger)
        passwordFile = SecretFile(path: directory.file("admin.password"))
        self.logger = logger
    }

    /// The password in the file, which holds from now on.
    ///
    /// - Parameter isFirst: make a file if there is none.
    /// - Returns: nil if there is none.
    /// - Throws: `DaemonExit`, also for what nobody may have as a password.
    func password(isFirst: Bool) throws -> Password? {
        let new = isFirst ? Self.randomText(byteCount: Self.randomByteCount) : nil
        guard let text = try passwordFile.read() ?? new.map({ try passwordFile.made($0, logger) }) else { return nil }
        do {
            return try Password(new: text, field: passwordFile.path)
        } catch {
            throw DaemonExit(code: DaemonExit.fault, message: "\(passwordFile.path): \(error.message)")
        }
    }

    /// Before another password is set.
    func removePasswordFile() throws {
        guard try passwordFile.remove() else { return }
        logger.notice("removed the file with the old password", metadata: ["path": "\(passwordFile.path)"])
    }

    private static func newToken() -> String {
        "tok-\(randomText(byteCount: 8)).\(randomText(byteCount: randomByteCount))"
    }

    private static func randomText(byteCount: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<byteCount).map { _ in String(format: "%02x", UInt8.random(in: .min ... .max, using: &generator)) }
            .joined()
    }
}

extension SecretFile {
    /// Writes a new secret.
    func made(_ text: String, _ logger: Logger) throws -> String {
        try write(text)
        logger.notice("made a secret", metadata: ["path": "\(path)"])
        return text
    }
}

extension Secrets: CredentialCheck {
    /// On the Unix socket root and the server's own user are trusted; elsewhere the token is asked for.
    func principal(token: String, source: PeerSource) async -> String? {
        if !token.isEmpty {
            // Reading its file blocks, and whoever asks may be on an event loop.
            let isOurs = await withTaskExecutorPreference(globalConcurrentExecutor) { await isValid(token) }
            return isOurs ? Self.principal : nil
        }
        switch source {
        case .unix(let userID, _): return userID == 0 || userID == getuid() ? Self.principal : nil
        case .inProcess: return Self.principal
        case .tcp: return nil
        }
    }

    private func isValid(_ token: String) async -> Bool { self.token.isEqual(to: token) }
}
