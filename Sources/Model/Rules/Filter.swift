/// A list's filter: `field op value AND …`, a subset of AIP-160.
public struct Filter: Hashable, Sendable {
    public enum Operator: String, Hashable, Sendable, CaseIterable {
        case equal = "="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        /// The value stands somewhere in the field.
        case contains = ":"
    }

    public struct Condition: Hashable, Sendable {
        public let field: String
        public let comparison: Operator
        public let value: String
    }

    public static let largestByteCount = 2_000
    public static let largestConditionCount = 16

    /// All of them must hold.
    public let conditions: [Condition]

    /// Parses a filter from outside; an empty text lets everything through.
    ///
    /// A value is a word, or stands in double quotes in which `\` escapes the next character.
    /// - Throws: `INVALID_ARGUMENT` with the place of the error.
    public init(parsing text: String) throws(Refusal) {
        guard text.utf8.count <= Self.largestByteCount else {
            throw .invalid(field: "filter", "a filter has at most \(Self.largestByteCount) bytes")
        }
        var scanner = FilterScanner(text)
        var conditions: [Condition] = []
        while !scanner.isAtEnd {
            if !conditions.isEmpty { try scanner.expectAnd() }
            conditions.append(try scanner.condition())
            guard conditions.count <= Self.largestConditionCount else {
                throw .invalid(field: "filter", "a filter has at most \(Self.largestConditionCount) conditions")
            }
        }
        self.conditions = conditions
    }
}

/// Reads a filter's text from left to right.
private struct FilterScanner {
    private let characters: [Character]
    private var position = 0

    init(_ text: String) {
        characters = Array(text)
        skipSpace()
    }

    var isAtEnd: Bool { position >= characters.count }

    mutating func condition() throws(Refusal) -> Filter.Condition {
        let field = word { $0.isLetter || $0.isNumber || "_./-".contains($0) }
        guard !field.isEmpty else { throw error("a field name is expected") }
        skipSpace()
        let symbol = word { "=!<>:".contains($0) }
        guard let comparison = Filter.Operator(rawValue: symbol) else {
            throw error("one of = != < <= > >= : is expected after \"\(field)\"")
        }
        skipSpace()
        return Filter.Condition(field: field, comparison: comparison, value: try value())
    }

    mutating func expectAnd() throws(Refusal) {
        guard word({ $0.isLetter }) == "AND" else { throw error("AND is expected") }
        skipSpace()
        if isAtEnd { throw error("a condition is expected after AND") }
    }

    private mutating func value() throws(Refusal) -> String {
        guard !isAtEnd else { throw error("a value is expected") }
        let value: String
        if characters[position] == "\"" {
            value = try quoted()
        } else {
            value = word { !$0.isWhitespace && $0 != "\"" }
        }
        skipSpace()
        return value
    }

    private mutating func quoted() throws(Refusal) -> String {
        var value = ""
        position += 1
        while position < characters.count {
            let character = characters[position]
            position += 1
            switch character {
            case "\"": return value
            case "\\" where position < characters.count:
                value.append(characters[position])
                position += 1
            default: value.append(character)
            }
        }
        throw error("a closing quote is missing")
    }

    private mutating func word(_ belongs: (Character) -> Bool) -> String {
        let start = position
        while position < characters.count, belongs(characters[position]) { position += 1 }
        return String(characters[start..<position])
    }

    private mutating func skipSpace() {
        while position < characters.count, characters[position].isWhitespace { position += 1 }
    }

    private func error(_ message: String) -> Refusal {
        .invalid(field: "filter", "filter, character \(position + 1): \(message)")
    }
}
