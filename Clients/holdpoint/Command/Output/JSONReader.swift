/// Reads a JSON text (RFC 8259) into a tree.
struct JSONReader {
    /// Deepest nesting; messages reach 16.
    static let deepestNesting = 64

    private var rest: Substring.UnicodeScalarView

    /// - Throws: `JSONError` naming what is wrong and where.
    static func read(_ text: String) throws(JSONError) -> JSONValue {
        var reader = JSONReader(rest: text[...].unicodeScalars)
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.rest.isEmpty else { throw reader.error("more text after the value") }
        return value
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < JSONReader.deepestNesting else { throw error("nested too deep") }
        skipSpace()
        switch rest.first {
        case "{": return try object(depth: depth)
        case "[": return try array(depth: depth)
        case "\"": return .string(try string())
        case "t": return try word("true", .bool(true))
        case "f": return try word("false", .bool(false))
        case "n": return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        var fields: [JSONValue.Field] = []
        rest.removeFirst()
        guard !take("}") else { return .object(fields) }
        repeat {
            skipSpace()
            let name = try string()
            guard take(":") else { throw error("a colon is missing") }
            fields.append(.init(name: name, value: try value(depth: depth + 1)))
        } while take(",")
        guard take("}") else { throw error("a comma or } is missing") }
        return .object(fields)
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        var values: [JSONValue] = []
        rest.removeFirst()
        guard !take("]") else { return .array(values) }
        repeat { values.append(try value(depth: depth + 1)) } while take(",")
        guard take("]") else { throw error("a comma or ] is missing") }
        return .array(values)
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
        guard rest.starts(with: word.unicodeScalars) else { throw error("not a JSON value") }
        rest.removeFirst(word.unicodeScalars.count)
        return value
    }

    /// Kept as written; its grammar is checked.
    private mutating func number() throws(JSONError) -> JSONValue {
        let start = rest
        if rest.first == "-" { rest.removeFirst() }
        if rest.first == "0" { rest.removeFirst() } else { try digits() }
        if rest.first == "." {
            rest.removeFirst()
            try digits()
        }
        if rest.first == "e" || rest.first == "E" {
            rest.removeFirst()
            if rest.first == "+" || rest.first == "-" { rest.removeFirst() }
            try digits()
        }
        return .number(String(start[start.startIndex..<rest.startIndex]))
    }

    private mutating func digits() throws(JSONError) {
        let digits = rest.prefix { ("0"..."9").contains($0) }
        guard !digits.isEmpty else { throw error("not a JSON value") }
        rest.removeFirst(digits.count)
    }

    private mutating func string() throws(JSONError) -> String {
        guard rest.first == "\"" else { throw error("a string is missing") }
        rest.removeFirst()
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"": return String(text)
            case "\\": text.append(try escape())
            case _ where scalar.value < 0x20: throw error("a control character in a string")
            default: text.append(scalar)
            }
        }
        throw error("a string has no end")
    }

    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        switch rest.popFirst() {
        case "\"": return "\""
        case "\\": return "\\"
        case "/": return "/"
        case "b": return "\u{8}"
        case "f": return "\u{c}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "u": return try escapedScalar()
        default: throw error("an unknown escape")
        }
    }

    /// One `\u` escape, or two that make a surrogate pair.
    private mutating func escapedScalar() throws(JSONError) -> Unicode.Scalar {
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xd800..<0xdc00).contains(first), rest.popFirst() == "\\", rest.popFirst() == "u" else {
            throw error("half of a surrogate pair")
        }
        let second = try codeUnit()
        let code = 0x10000 + ((first - 0xd800) << 10) + (second & 0x3ff)
        guard (0xdc00..<0xe000).contains(second), let scalar = Unicode.Scalar(code) else {
            throw error("half of a surrogate pair")
        }
        return scalar
    }

    private mutating func codeUnit() throws(JSONError) -> UInt32 {
        let digits = String(rest.prefix(4))
        guard digits.utf8.count == 4, digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let unit = UInt32(digits, radix: 16)
        else { throw error("an escape needs four hexadecimal digits") }
        rest.removeFirst(4)
        return unit
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        skipSpace()
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func skipSpace() {
        while let scalar = rest.first, [" ", "\n", "\r", "\t"].contains(scalar) { rest.removeFirst() }
    }

    private func error(_ what: String) -> JSONError {
        JSONError(description: rest.isEmpty ? "\(what), at the end" : "\(what), before '\(String(rest.prefix(12)))'")
    }
}

/// Why a text is not JSON.
struct JSONError: Error, Hashable, CustomStringConvertible {
    let description: String
}
