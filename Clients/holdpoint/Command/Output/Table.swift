/// Rows of cells in aligned columns, for people. Nothing is wrapped or cut.
struct Table {
    /// A cell and the colour that it may have.
    struct Cell {
        let text: String
        let color: Color?

        init(_ text: String, color: Color? = nil) {
            self.text = text.isEmpty ? "-" : Printable.line(text)
            self.color = color
        }
    }

    let headers: [String]
    let rows: [[Cell]]
    /// Whether the headers are its first line.
    var isWithHeader = true

    /// What each column needs, its header included.
    var widths: [Int] {
        headers.indices.map { column in
            max(isWithHeader ? headers[column].count : 0, rows.map { $0[column].text.count }.max() ?? 0)
        }
    }

    /// The lines in one.
    func text(colored: Bool, widths: [Int]? = nil) -> String {
        lines(colored: colored, widths: widths).map { $0 + "\n" }.joined()
    }

    /// The lines without line feeds; columns are two spaces apart and the last one is not padded.
    ///
    /// - Parameter widths: of the columns, at least what they need; nil: just that.
    func lines(colored: Bool, widths: [Int]? = nil) -> [String] {
        let widths = widths ?? self.widths
        let header = isWithHeader ? [headers.map { Cell($0, color: .bold) }] : []
        return (header + rows).map { row in
            row.enumerated().map { index, cell in
                let painted = colored ? cell.color?.paint(cell.text) ?? cell.text : cell.text
                let isLast = index == row.count - 1
                return isLast ? painted : painted + String(repeating: " ", count: widths[index] - cell.text.count + 2)
            }.joined()
        }
    }
}

/// What a terminal can show.
enum Color: String {
    case bold = "1"
    case red = "31"
    case green = "32"
    case yellow = "33"

    func paint(_ text: String) -> String {
        "\u{1b}[\(rawValue)m\(text)\u{1b}[0m"
    }

    /// Green for what is well, red for errors, yellow for what changes, nothing for the rest.
    init?(state: String) {
        switch state {
        case "AVAILABLE", "IN_USE", "RUNNING", "SUCCEEDED", "ACTIVE", "SERVING": self = .green
        case "FAILED", "STUCK": self = .red
        case _ where state.hasPrefix("ERROR"): self = .red
        case _ where state.hasSuffix("ING"): self = .yellow
        default: return nil
        }
    }
}
