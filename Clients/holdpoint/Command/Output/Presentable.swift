import HoldpointClient

/// A message that the command shows: as it is, or for people as a row of a table or a list of details.
protocol Presentable: ProtobufMessage {
    /// Printed by `-o name`.
    var presentedName: String { get }
    /// Headers of its table.
    static var headers: [String] { get }
    /// Its row, a cell a header.
    var row: [Table.Cell] { get }
    /// Everything about it, for `show`.
    var details: [Detail] { get }
}

/// One line of a single resource.
struct Detail {
    let label: String
    let text: String
    let color: Color?

    init(_ label: String, _ text: String, color: Color? = nil) {
        self.label = label
        self.text = text
        self.color = color
    }

    /// Aligned lines; details without a text are left out.
    static func lines(_ details: [Detail], colored: Bool) -> [String] {
        let shown = details.filter { !$0.text.isEmpty }
        let width = shown.map(\.label.count).max() ?? 0
        return shown.map { detail in
            let text = Printable.line(detail.text)
            let padding = String(repeating: " ", count: width - detail.label.count + 2)
            return "\(detail.label)\(padding)\(colored ? detail.color?.paint(text) ?? text : text)"
        }
    }
}

extension ProtobufMessage {
    /// The message as a tree.
    func tree() throws -> JSONValue {
        do {
            return try JSONReader.read(try json())
        } catch let error as JSONError {
            throw RPCError(.`internal`, "the message is no JSON: \(error.description)")
        }
    }
}

/// The tree of what a mutation leaves, with its warnings as the answer's last field.
extension Presentable {
    func tree(warnings: [Warning]) throws -> JSONValue {
        try tree().setting("warnings", .array(try warnings.map { try $0.tree() }))
    }
}
