/// Reads JSON's tokens, strictly as RFC 8259 has them.
struct JSONScanner {
    private let bytes: [UInt8]
    private var index = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The next byte that is no white space, nil at the end; it stays.
    mutating func peek() -> UInt8? {
        while index < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[index]) { index += 1 }
        return index < bytes.count ? bytes[index] : nil
    }

    /// Takes a character if it is the next one.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let next = peek(), UInt32(next) == character.value else { return false }
        index += 1
        return true
    }

    mutating func expect(_ character: Unicode.Scalar) throws(MessageError) {
        guard take(character) else { throw unexpected("expected \(character)") }
    }

    mutating func expectEnd() throws(MessageError) {
        guard peek() == nil else { throw unexpected("expected the end") }
    }

    /// Takes a literal name, `true`, if it is next.
    mutating func take(word: String) -> Bool {
        guard peek() != nil, bytes[index...].starts(with: word.utf8) else { return false }
        index += word.utf8.count
        return true
    }

    func unexpected(_ what: String) -> MessageError {
        .malformed("not JSON: \(what) at byte \(index)")
    }

    /// A number as it is written.
    mutating func number() throws(MessageError) -> String {
        guard peek() != nil else { throw unexpected("expected a number") }
        let start = index
        while index < bytes.count, Self.isNumeric(bytes[index]) { index += 1 }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        guard Self.isNumber(text) else { throw unexpected("expected a number") }
        return text
    }

    private static func isNumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    /// Minus, digits without a leading zero, fraction, exponent.
    static func isNumber(_ text: String) -> Bool {
        var rest = text[...].utf8
        func digits() -> Int {
            let count = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        func skip(_ choices: String) -> Bool {
            guard let first = rest.first, choices.utf8.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
        _ = skip("-")
        if !skip("0") && digits() == 0 { return false }
        if skip(".") && digits() == 0 { return false }
        if skip("eE") {
            _ = skip("+-")
            if digits() == 0 { return false }
        }
        return rest.isEmpty
    }

    /// A string's value. Control characters and lone surrogates are refused, and NUL, which no field can hold.
    mutating func string() throws(MessageError) -> String {
        try expect("\"")
        var result: [UInt8] = []
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: result, as: UTF8.self)
            case UInt8(ascii: "\\"): result.append(contentsOf: UTF8.encode(try escaped()) ?? .init())
            case 0..<0x20: throw unexpected("control character in a string")
            default: result.append(byte)
            }
        }
        throw unexpected("a string without end")
    }

    private mutating func escaped() throws(MessageError) -> Unicode.Scalar {
        guard index < bytes.count else { throw unexpected("a string without end") }
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw unexpected("unknown escape")
        }
    }

    /// What follows `\u`, with the second half of a surrogate pair.
    private mutating func unicodeEscape() throws(MessageError) -> Unicode.Scalar {
        let first = try hexadecimal()
        guard first != 0 else { throw .malformed("contains a NUL character") }
        guard (0xd800..<0xdc00).contains(first) else {
            guard let scalar = Unicode.Scalar(first) else { throw unexpected("half a surrogate pair") }
            return scalar
        }
        guard bytes[index...].starts(with: "\\u".utf8) else { throw unexpected("half a surrogate pair") }
        index += 2
        let second = try hexadecimal()
        guard (0xdc00..<0xe000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
        else { throw unexpected("half a surrogate pair") }
        return scalar
    }

    private mutating func hexadecimal() throws(MessageError) -> UInt32 {
        let digits = bytes[index...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
            let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw unexpected("expected four hexadecimal digits") }
        index += 4
        return value
    }
}
