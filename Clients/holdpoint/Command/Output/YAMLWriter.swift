/// Writes a JSON tree as YAML 1.2 in block style.
///
/// Strings that YAML could take for something else are written in double quotes with JSON's escapes, which YAML shares.
enum YAMLWriter {
    /// The document, ending with a line feed.
    static func text(_ value: JSONValue) -> String {
        lines(value).map { $0 + "\n" }.joined()
    }

    private static func lines(_ value: JSONValue) -> [String] {
        switch value {
        case .object(let fields) where !fields.isEmpty: fields.flatMap(lines)
        case .array(let values) where !values.isEmpty: values.flatMap(itemLines)
        default: [scalar(value)]
        }
    }

    private static func lines(_ field: JSONValue.Field) -> [String] {
        let name = string(field.name)
        guard isBlock(field.value) else { return ["\(name): \(scalar(field.value))"] }
        return ["\(name):"] + lines(field.value).map { "  " + $0 }
    }

    private static func itemLines(_ value: JSONValue) -> [String] {
        lines(value).enumerated().map { ($0.offset == 0 ? "- " : "  ") + $0.element }
    }

    private static func isBlock(_ value: JSONValue) -> Bool {
        switch value {
        case .object(let fields): !fields.isEmpty
        case .array(let values): !values.isEmpty
        default: false
        }
    }

    /// Values that fit on the line of their name; empty lists and objects are `[]` and `{}`.
    private static func scalar(_ value: JSONValue) -> String {
        if case .string(let text) = value { string(text) } else { value.compact }
    }

    private static func string(_ text: String) -> String {
        isPlain(text) ? text : JSONValue.quoted(text)
    }

    /// Letters, digits and some signs, beginning with a letter, and no word with a meaning of its own.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, isLetter(first) else { return false }
        guard !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased()) else {
            return false
        }
        return text.unicodeScalars.allSatisfy {
            isLetter($0) || ("0"..."9").contains($0) || "-_./".unicodeScalars.contains($0)
        }
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }
}
