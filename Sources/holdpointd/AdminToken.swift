import Crypto
import Foundation
import Logging

/// The token of `admin`, as its file says it now: changing or removing the file revokes it at once. Decided 2026-11:
/// connections that it opened end within a second; a file that cannot be read lets nobody in and ends nobody.
struct AdminToken: Sendable {
    private let file: SecretFile
    private let logger: Logger
    private let first: SHA256.Digest

    private static let watchInterval = Duration.milliseconds(500)

    /// - Parameter new: what is written if there is no file.
    init(_ file: SecretFile, new: () -> String, logger: Logger) throws {
        self.file = file
        self.logger = logger
        first = Self.digest(try file.read() ?? file.made(new(), logger))
    }

    /// Whether this is the token. Blocks.
    func isEqual(to token: String) -> Bool {
        do throws(DaemonExit) {
            // Digests are compared in constant time.
            return try digest() == Self.digest(token)
        } catch {
            logger.warning(
                "the token's file cannot be used, so no token is valid", metadata: ["cause": "\(error.message)"])
            return false
        }
    }

    /// Calls `revoke` whenever the file was changed or removed, until it is cancelled.
    func watch(_ revoke: () -> Void) async {
        var known: SHA256.Digest? = first
        var mustRepeat = false
        while (try? await Task.sleep(for: Self.watchInterval)) != nil {
            guard let found = try? digest() as SHA256.Digest?? else { continue }
            let hasChanged = found != known
            if hasChanged { logger.notice("the token was changed or removed", metadata: ["path": "\(file.path)"]) }
            // Once more: somebody may have been let in a moment before, who was no caller yet.
            if hasChanged || mustRepeat { revoke() }
            (known, mustRepeat) = (found, hasChanged)
        }
    }

    /// - Returns: nil: there is no file.
    private func digest() throws(DaemonExit) -> SHA256.Digest? {
        try file.read().map(Self.digest)
    }

    private static func digest(_ text: String) -> SHA256.Digest { SHA256.hash(data: Data(text.utf8)) }
}
