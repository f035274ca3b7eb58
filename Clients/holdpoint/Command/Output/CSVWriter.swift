/// Writes JSON objects as CSV (RFC 4180): a header, then a line an object, with a column a field.
///
/// Lists and objects inside are written as JSON; a field that one object lacks is empty there. Control characters are
/// written by their code, as in tables: a file is looked at in a terminal, too.
enum CSVWriter {
    /// The lines, each ending with CR LF as the RFC wants it.
    static func text(_ objects: [JSONValue]) -> String {
        let columns = columns(objects)
        guard !columns.isEmpty else { return "" }
        let rows = objects.map { object in columns.map { cell(object[$0]) } }
        return ([columns.map(quoted)] + rows).map { $0.joined(separator: ",") + "\r\n" }.joined()
    }

    /// Every field's name, in the order in which they come first.
    private static func columns(_ objects: [JSONValue]) -> [String] {
        var seen: Set<String> = []
        return objects.flatMap(\.fields).map(\.name).filter { seen.insert($0).inserted }
    }

    private static func cell(_ value: JSONValue?) -> String {
        switch value {
        case nil, .null: ""
        case .string(let text): quoted(Printable.line(text))
        case .some(let value): quoted(value.compact)
        }
    }

    private static func quoted(_ text: String) -> String {
        let special: [Unicode.Scalar] = [",", "\"", "\r", "\n"]
        guard text.unicodeScalars.contains(where: special.contains) else { return text }
        // By scalars: a combining mark behind a quote makes another character of it, but no other byte.
        let doubled = text.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined()
        return "\"\(doubled)\""
    }
}
