/// Reads JSON's tokens, strictly as RFC 8259 has them. What returns nil has found something else.
///
/// Not ProtobufC's scanner: the engine imports nothing of the protocol, and that one has the messages' errors.
struct JSONScanner {
    private let bytes: [UInt8]
    private var index = 0

    init(_ text: [UInt8]) {
        bytes = text
    }

    /// Nothing but white space is left.
    var isAtEnd: Bool {
        mutating get {
            skipSpace()
            return index == bytes.count
        }
    }

    /// Takes a character if it is the next one.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    /// The name of a member, with its colon.
    mutating func name() -> String? {
        guard take("\""), let name = restOfString(), take(":") else { return nil }
        return name
    }

    /// A string, a number or a word.
    mutating func scalar() -> JSONValue? {
        if take("\"") { return restOfString().map { .string($0) } }
        if take(word: "null") { return .null }
        if take(word: "true") { return true }
        return take(word: "false") ? false : number()
    }

    private mutating func skipSpace() {
        while index < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[index]) { index += 1 }
    }

    private mutating func take(word: String) -> Bool {
        guard bytes[index...].starts(with: word.utf8) else { return false }
        index += word.utf8.count
        return true
    }

    /// Minus, digits without a leading zero, fraction, exponent.
    private mutating func number() -> JSONValue? {
        let start = index
        _ = takeOne(of: "-")
        guard takeOne(of: "0") || takeDigits() else { return nil }
        if takeOne(of: ".") { guard takeDigits() else { return nil } }
        if takeOne(of: "eE") {
            _ = takeOne(of: "+-")
            guard takeDigits() else { return nil }
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if let integer = Int64(text) { return .integer(integer) }
        return Double(text).flatMap { $0.isFinite ? .number($0) : nil }
    }

    private mutating func takeOne(of choices: String) -> Bool {
        guard index < bytes.count, choices.utf8.contains(bytes[index]) else { return false }
        index += 1
        return true
    }

    private mutating func takeDigits() -> Bool {
        let start = index
        while takeOne(of: "0123456789") {}
        return index > start
    }

    /// What comes behind the quote that begins a string.
    private mutating func restOfString() -> String? {
        var text: [UInt8] = []
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let scalar = escaped(), let encoded = UTF8.encode(scalar) else { return nil }
                text.append(contentsOf: encoded)
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    /// What comes behind a backslash.
    private mutating func escaped() -> Unicode.Scalar? {
        guard index < bytes.count else { return nil }
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return escapedScalar()
        default: return nil
        }
    }

    /// What comes behind `\u`, with the second half of a surrogate pair.
    private mutating func escapedScalar() -> Unicode.Scalar? {
        guard let first = codeUnit() else { return nil }
        guard (0xd800..<0xdc00).contains(first) else { return Unicode.Scalar(first) }
        guard take(word: "\\u"), let second = codeUnit(), (0xdc00..<0xe000).contains(second) else { return nil }
        return Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
    }

    private mutating func codeUnit() -> UInt32? {
        let digits = bytes[index...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }) else {
            return nil
        }
        index += 4
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
