/// A JSON text as a tree that keeps the order of the fields and the digits of the numbers.
///
/// Output is made from messages as JSON; this is what is cut and joined in between.
indirect enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// As it was written.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Field])

    struct Field: Hashable, Sendable {
        let name: String
        var value: JSONValue
    }

    /// The fields of an object; none for anything else.
    var fields: [Field] {
        if case .object(let fields) = self { fields } else { [] }
    }

    /// The value of an object's field.
    subscript(name: String) -> JSONValue? {
        fields.first { $0.name == name }?.value
    }

    /// The object with a field at its end, instead of one of that name.
    func setting(_ name: String, _ value: JSONValue) -> JSONValue {
        .object(without(name).fields + [Field(name: name, value: value)])
    }

    /// The object without a field.
    func without(_ name: String) -> JSONValue {
        .object(fields.filter { $0.name != name })
    }
}

extension JSONValue {
    /// The text on one line.
    var compact: String {
        var text = ""
        write(to: &text, indent: nil)
        return text
    }

    /// The text with a line a field, indented by two spaces.
    var pretty: String { indented(by: 0) }

    /// The same where it stands in a text that is indented: all lines but the first begin with so many more spaces.
    func indented(by spaces: Int) -> String {
        var text = ""
        write(to: &text, indent: spaces)
        return text
    }

    private func write(to text: inout String, indent: Int?) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .number(let digits): text += digits
        case .string(let value): text += JSONValue.quoted(value)
        case .array(let values):
            JSONValue.writeList("[", "]", values, to: &text, indent: indent) { $0.write(to: &$1, indent: $2) }
        case .object(let fields):
            JSONValue.writeList("{", "}", fields, to: &text, indent: indent) { field, text, indent in
                text += JSONValue.quoted(field.name) + (indent == nil ? ":" : ": ")
                field.value.write(to: &text, indent: indent)
            }
        }
    }

    private static func writeList<Element>(
        _ open: String, _ close: String, _ elements: [Element], to text: inout String, indent: Int?,
        _ write: (Element, inout String, Int?) -> Void
    ) {
        let inner = indent.map { $0 + 2 }
        text += open
        for (index, element) in elements.enumerated() {
            if index > 0 { text += "," }
            if let inner { text += "\n" + String(repeating: " ", count: inner) }
            write(element, &text, inner)
        }
        if let indent, !elements.isEmpty { text += "\n" + String(repeating: " ", count: indent) }
        text += close
    }

    /// A JSON string; control characters are escaped, so it is also safe to print and to put on one line.
    static func quoted(_ value: String) -> String {
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where Printable.isControl(scalar):
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
