import HoldpointClient

/// A list as text that comes page by page; all pages together are what `Printer.text(list:)` makes of all items.
///
/// Only a table can differ: a cell that is longer than all on the first page makes its column wider from there on. CSV
/// cannot be written this way.
struct PagePrinter<Item: Presentable> {
    private let printer: Printer
    private var widths: [Int]?
    /// Columns that are shown, as the first page has room for them.
    private var places: [Int] = []
    private var isEmpty = true

    init(_ printer: Printer) {
        self.printer = printer
    }

    /// The next part of the text.
    mutating func text(_ items: [Item]) throws -> String {
        defer { isEmpty = isEmpty && items.isEmpty }
        switch printer.format {
        case .table: return tablePart(items)
        case .yaml: return items.isEmpty ? "" : YAMLWriter.text(.array(try items.map { try $0.tree() }))
        case .json:
            let parts = try items.map { "  " + (try $0.tree().indented(by: 2)) }
            return parts.isEmpty ? "" : (isEmpty ? "[\n" : ",\n") + parts.joined(separator: ",\n")
        case .name, .csv: return try printer.text(list: items)
        }
    }

    /// What stands behind the last part.
    var end: String {
        switch printer.format {
        case .json: isEmpty ? "[]\n" : "\n]\n"
        case .yaml: isEmpty ? "[]\n" : ""
        case .table:
            isEmpty ? Table(headers: Item.headers, rows: []).fitted(printer.style).text(colored: printer.colored) : ""
        case .name, .csv: ""
        }
    }

    private mutating func tablePart(_ items: [Item]) -> String {
        guard !items.isEmpty else { return "" }
        let whole = Table(headers: Item.headers, rows: items.map(\.row), isWithHeader: widths == nil)
        if widths == nil { places = printer.style.places(whole.headers, whole.widths) }
        let table = whole.shown(places, hasHeaders: printer.style.hasHeaders)
        let needed = zip(table.widths, widths ?? table.widths).map(max)
        widths = needed
        return table.text(colored: printer.colored, widths: needed)
    }
}
