import Crypto
import Foundation
import HoldpointRPC
import Logging
import Manager

/// What the first start makes for `admin`: a token for TCP and a password for consents, each in a file of its own that
/// only the server's user may read. Their values are never logged.
struct Secrets: Sendable {
    static let principal = "admin"
    private static let randomByteCount = 32

    private let token: String
    private let password: String

    /// Reads both, and makes those that are missing.
    init(in directory: StateDirectory, logger: Logger) throws {
        token = try Self.readOrMake(directory.file("admin.token"), logger) {
            "tok-\(Self.randomText(byteCount: 8)).\(Self.randomText(byteCount: Self.randomByteCount))"
        }
        password = try Self.readOrMake(directory.file("admin.password"), logger) {
            Self.randomText(byteCount: Self.randomByteCount)
        }
    }

    private static func randomText(byteCount: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<byteCount).map { _ in String(format: "%02x", UInt8.random(in: .min ... .max, using: &generator)) }
            .joined()
    }

    private static func readOrMake(_ path: String, _ logger: Logger, _ make: () -> String) throws -> String {
        if let data = FileManager.default.contents(atPath: path) {
            let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            guard !text.isEmpty else {
                throw DaemonExit(code: DaemonExit.fault, message: "\(path) is empty: remove it to have a new one made")
            }
            return text
        }
        let text = make()
        try write(text + "\n", to: path)
        logger.notice("made a secret", metadata: ["path": "\(path)"])
        return text
    }

    /// To a temporary name, flushed, then renamed: a crash leaves no half of it.
    private static func write(_ text: String, to path: String) throws {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try file.write(contentsOf: Data(text.utf8))
        try file.synchronize()
        guard rename(temporary, path) == 0 else { throw failure(path) }
    }

    private static func failure(_ path: String) -> DaemonExit {
        DaemonExit(code: DaemonExit.fault, message: "cannot write \(path): \(String(cString: strerror(errno)))")
    }

    /// Compares in constant time, whatever the lengths.
    private static func areEqual(_ left: String, _ right: String) -> Bool {
        let key = SymmetricKey(size: .bits256)
        let code = HMAC<SHA256>.authenticationCode(for: Data(left.utf8), using: key)
        return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Data(right.utf8), using: key)
    }
}

extension Secrets: CredentialCheck {
    /// On the Unix socket root and the server's own user are trusted; elsewhere the token is asked for.
    func principal(token: String, source: PeerSource) async -> String? {
        if !token.isEmpty { return Self.areEqual(token, self.token) ? Self.principal : nil }
        switch source {
        case .unix(let userID, _): return userID == 0 || userID == getuid() ? Self.principal : nil
        case .inProcess: return Self.principal
        case .tcp: return nil
        }
    }
}

extension Secrets: PasswordCheck {
    func isPassword(_ password: String, of principal: String) async -> Bool {
        principal == Self.principal && Self.areEqual(password, self.password)
    }
}
