import HoldpointClient

/// Puts what was asked for on standard output, in the form that was asked for.
struct Printer: Sendable {
    let format: OutputFormat
    let colored: Bool
    var style = TableStyle()

    /// A list: one table, one JSON array, a line each.
    func list<Item: Presentable>(_ items: [Item]) throws {
        StandardStreams.output(try text(list: items))
    }

    /// A single resource.
    func single(_ item: some Presentable) throws {
        StandardStreams.output(try text(item, tree: { try item.tree() }))
    }

    /// What a mutation leaves; its warnings are part of it unless it is for people.
    func answer(_ item: some Presentable, warnings: [Warning]) throws {
        StandardStreams.output(try text(item, tree: { try item.tree(warnings: warnings) }))
    }

    func text<Item: Presentable>(list items: [Item]) throws -> String {
        switch format {
        case .table: Table(headers: Item.headers, rows: items.map(\.row)).fitted(style).text(colored: colored)
        case .name: Printer.lines(items.map(\.presentedName))
        case .json, .yaml, .csv: Printer.text(.array(try items.map { try $0.tree() }), format)
        }
    }

    func text(_ item: some Presentable, tree: () throws -> JSONValue) throws -> String {
        switch format {
        case .table: Printer.lines(Detail.lines(item.details, colored: colored))
        case .name: Printer.lines([item.presentedName])
        case .json, .yaml, .csv: Printer.text(try tree(), format)
        }
    }

    /// A tree in one of the forms for machines; JSON for the others.
    static func text(_ tree: JSONValue, _ format: OutputFormat) -> String {
        switch format {
        case .yaml: YAMLWriter.text(tree)
        case .csv: if case .array(let items) = tree { CSVWriter.text(items) } else { CSVWriter.text([tree]) }
        case .json, .table, .name: tree.pretty + "\n"
        }
    }

    private static func lines(_ lines: [String]) -> String {
        lines.map { $0 + "\n" }.joined()
    }
}
