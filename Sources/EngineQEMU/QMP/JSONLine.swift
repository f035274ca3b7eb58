extension JSONValue {
    /// On one line; nil for what JSON cannot say, a number that is none.
    ///
    /// What is still to be written is kept in an array instead of on the stack: the description of a chain of layers
    /// nests as deep as the chain.
    var line: [UInt8]? {
        var line: [UInt8] = []
        var pending = [JSONPiece.value(self)]
        while let piece = pending.popLast() {
            switch piece {
            case .text(let text): line.append(contentsOf: text.utf8)
            case .name(let name):
                line.append(contentsOf: JSONPiece.quoted(name))
                line.append(UInt8(ascii: ":"))
            case .value(let value):
                guard let parts = JSONPiece.parts(of: value, to: &line) else { return nil }
                pending.append(contentsOf: parts.reversed())
            }
        }
        return line
    }
}

/// A part of a JSON text that is still to be written.
private enum JSONPiece {
    case text(String)
    /// Of a member, with its colon.
    case name(String)
    case value(JSONValue)

    /// Writes a value's beginning.
    ///
    /// - Returns: what comes after it; nil if JSON cannot say it.
    static func parts(of value: JSONValue, to line: inout [UInt8]) -> [JSONPiece]? {
        switch value {
        case .null: return [.text("null")]
        case .bool(let value): return [.text(value ? "true" : "false")]
        case .integer(let value): return [.text(String(value))]
        case .number(let value): return value.isFinite ? [.text("\(value)")] : nil
        case .string(let text):
            line.append(contentsOf: quoted(text))
            return []
        case .array(let values):
            return list("[", values.map { [.value($0)] }, "]")
        case .object(let members):
            return list("{", members.map { [.name($0.key), .value($0.value)] }, "}")
        }
    }

    private static func list(_ open: String, _ items: [[JSONPiece]], _ close: String) -> [JSONPiece] {
        [.text(open)] + items.joined(separator: [.text(",")]) + [.text(close)]
    }

    static func quoted(_ text: String) -> [UInt8] {
        var quoted = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): quoted += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: quoted.append(contentsOf: "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
            default: quoted.append(byte)
            }
        }
        quoted.append(UInt8(ascii: "\""))
        return quoted
    }
}
