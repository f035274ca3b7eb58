import Glibc

/// What the process was started with.
enum Process {
    /// The environment's variables; one without a value in UTF-8 is left out.
    static var environment: [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            if let line = String(validatingCString: text), let equals = line.firstIndex(of: "=") {
                variables[String(line[..<equals])] = String(line[line.index(after: equals)...])
            }
            entry += 1
        }
        return variables
    }

    /// The arguments behind the command's name.
    static var arguments: [String] { Array(CommandLine.arguments.dropFirst()) }

    /// A line of the command that a shell runs as it stands.
    static func commandLine(_ arguments: [String]) -> String {
        (["holdpoint"] + arguments).map(quoted).joined(separator: " ")
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
