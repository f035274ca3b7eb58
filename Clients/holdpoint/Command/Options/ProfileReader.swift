import ArgumentParser

/// Reads the two levels of YAML that a profile file has; refuses all other YAML, with the line.
///
/// A YAML library would do, but it brings all of Foundation and ICU: the command would be three times as large and take
/// twice as long to start.
struct ProfileReader {
    private var sets: [String: [String: String]] = [:]
    private var current: String?
    private var indent = 0

    /// - Parameter path: for the messages.
    /// - Throws: `ValidationError` naming the line.
    static func sets(_ text: String, path: String) throws -> [String: [String: String]] {
        var reader = ProfileReader()
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            do {
                try reader.read(line)
            } catch let error as ValidationError {
                throw ValidationError("\(path): line \(index + 1): \(error.message)")
            }
        }
        return reader.sets
    }

    private mutating func read(_ line: Substring) throws {
        let content = line.drop { $0 == " " }
        guard !content.isEmpty, !content.hasPrefix("#"), line != "---" else { return }
        guard let colon = content.firstIndex(of: ":") else { throw ValidationError("expected 'name: value'") }
        let name = String(content[..<colon])
        let value = try scalar(content[content.index(after: colon)...])
        let depth = line.count - content.count
        if depth == 0 {
            try beginSet(name, value: value)
        } else {
            try add(name, value, depth: depth)
        }
    }

    private mutating func beginSet(_ name: String, value: String?) throws {
        guard value == nil else { throw ValidationError("expected the name of a profile, then its options indented") }
        guard sets[name] == nil else { throw ValidationError("profile '\(name)' is there twice") }
        sets[name] = [:]
        current = name
        indent = 0
    }

    private mutating func add(_ name: String, _ value: String?, depth: Int) throws {
        guard let current else { throw ValidationError("an option outside a profile") }
        guard indent == 0 || indent == depth else { throw ValidationError("indented differently") }
        guard Settings.storedNames.contains(name) else {
            throw ValidationError("no option '\(name)'; there are \(Settings.storedNames.joined(separator: ", "))")
        }
        guard let value else { throw ValidationError("'\(name)' has no value") }
        guard sets[current]?[name] == nil else { throw ValidationError("'\(name)' is there twice") }
        indent = depth
        sets[current]?[name] = value
    }

    /// A plain or quoted value; nil for none. A comment may follow.
    private func scalar(_ text: Substring) throws -> String? {
        let value = text.drop { $0 == " " }
        guard let first = value.first, first != "#" else { return nil }
        guard value.startIndex > text.startIndex else { throw ValidationError("a space is missing behind the colon") }
        if first == "\"" || first == "'" { return try quoted(value, by: first) }
        guard !"[]{}&*!|>%@`?-,".contains(first) else {
            throw ValidationError("a value in quotes, or a plain one, is expected")
        }
        return plain(value)
    }

    private func plain(_ value: Substring) -> String {
        var end = value.endIndex
        for index in value.indices.dropFirst() where value[index] == "#" && value[value.index(before: index)] == " " {
            end = index
            break
        }
        let text = value[..<end]
        return String(text[..<(text.lastIndex { $0 != " " }.map { text.index(after: $0) } ?? text.startIndex)])
    }

    private func quoted(_ value: Substring, by quote: Character) throws -> String {
        let body = value.dropFirst()
        guard let end = body.firstIndex(of: quote) else { throw ValidationError("a quote has no end") }
        let rest = body[body.index(after: end)...].drop { $0 == " " }
        guard rest.isEmpty || rest.hasPrefix("#"), !body[..<end].contains("\\") else {
            throw ValidationError("escapes are not read; write the value in the other quotes, or plain")
        }
        return String(body[..<end])
    }
}
