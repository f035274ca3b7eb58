import Glibc
import HoldpointClient

/// What the process was started with.
enum Process {
    /// The environment's variables; one that is not UTF-8 is left out, and none that counts here is: see `unreadable`.
    static var environment: [String: String] {
        var variables: [String: String] = [:]
        for entry in environmentEntries {
            if let line = String(validatingCString: entry), let equals = line.firstIndex(of: "=") {
                variables[String(line[..<equals])] = String(line[line.index(after: equals)...])
            }
        }
        return variables
    }

    /// Why the arguments or the environment cannot be followed; nil: they can. What is not UTF-8 would be repaired
    /// silently, and then name another file or another server.
    static var unreadable: CommandFailure? {
        let arguments = (0..<Int(CommandLine.argc)).compactMap { CommandLine.unsafeArgv[$0] }
        if let index = arguments.indices.dropFirst().first(where: { String(validatingCString: arguments[$0]) == nil }) {
            return notUTF8(
                "argument \(index), '\(String(cString: arguments[index]))'",
                "a file of such a name can be redirected, and named -")
        }
        let names = environmentEntries.filter { String(validatingCString: $0) == nil }.map { entry in
            String(String(cString: entry).prefix { $0 != "=" })
        }
        return names.first { $0.hasPrefix("HOLDPOINT_") || $0 == "HOME" }.map { notUTF8("the variable \($0)", nil) }
    }

    private static func notUTF8(_ what: String, _ wayOut: String?) -> CommandFailure {
        let message = "\(what) is not UTF-8" + (wayOut.map { "; \($0)" } ?? "")
        return CommandFailure("wrong usage", Status(code: .invalidArgument, message: message))
    }

    private static var environmentEntries: [UnsafeMutablePointer<CChar>] {
        var entries: [UnsafeMutablePointer<CChar>] = []
        var entry = environ
        while let text = entry.pointee {
            entries.append(text)
            entry += 1
        }
        return entries
    }

    /// The arguments behind the command's name.
    static var arguments: [String] { Array(CommandLine.arguments.dropFirst()) }

    /// A line of the command that a shell runs as it stands.
    static func commandLine(_ arguments: [String]) -> String {
        shellLine(["holdpoint"] + arguments)
    }

    /// A line of any command that a shell runs as it stands.
    static func shellLine(_ words: [String]) -> String {
        words.map(quoted).joined(separator: " ")
    }

    private static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: "-_./:=,+@%".utf8.contains(byte)
            }
        }
        guard !plain || word.isEmpty else { return word }
        // By scalars: a combining mark behind a quote makes another character of it, but no other byte.
        return "'" + word.unicodeScalars.map { $0 == "'" ? #"'\''"# : String($0) }.joined() + "'"
    }
}
