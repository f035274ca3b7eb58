import ArgumentParser
import Glibc

/// The profile file: named sets of global options.
///
///     # ~/.config/holdpoint/config.yaml, mode 0600
///     default:
///       output: json
///     lab:
///       endpoint: tcp://127.0.0.1:7420
///       token-file: /etc/holdpoint/token
///
/// The set called `default` holds where no other is chosen.
enum Profile {
    static let defaultName = "default"
    /// Longest file that is read, bytes.
    static let longestFileBytes = 64 << 10

    /// The values of a set by name.
    ///
    /// - Parameters:
    ///   - name: the set that was asked for; nil: `default`, which need not be there.
    ///   - path: of the file; it need not be there unless a set was asked for.
    /// - Throws: `ValidationError`.
    static func load(_ name: String?, path: String) throws -> [String: String] {
        guard access(path, F_OK) == 0 else {
            guard let name else { return [:] }
            throw ValidationError("there is no profile '\(name)': \(path) does not exist")
        }
        // It names token files and endpoints: nobody else may write it, or read it.
        let text = try TextFile.read(path, limitBytes: longestFileBytes) { try SecretFile.checkOwn($0, path) }
        let sets = try ProfileReader.sets(text, path: path)
        if let set = sets[name ?? defaultName] { return set }
        guard let name else { return [:] }
        throw ValidationError("there is no profile '\(name)' in \(path)")
    }
}
