import ArgumentParser

/// Which columns of a table are shown.
struct TableStyle: Sendable {
    /// Columns of characters that there are; nil: as many as it takes.
    var width: Int?
    /// Headers of the only ones that are shown, in this order; nil: all that there is room for.
    var columns: [String]?
    var hasHeaders = true

    /// The columns to show, by their places. Where there is no room for all, ids are left out first, for names say the
    /// same, and then the last; the first one stays.
    func places(_ headers: [String], _ widths: [Int]) -> [Int] {
        if let columns { return columns.compactMap { name in headers.firstIndex { TableStyle.isEqual($0, name) } } }
        var places = Array(headers.indices)
        guard let width else { return places }
        while places.count > 1, places.map({ widths[$0] }).reduce(2 * (places.count - 1), +) > width {
            let leaving = places.indices.dropFirst().first { headers[places[$0]] == "ID" }
            places.remove(at: leaving ?? places.count - 1)
        }
        return places
    }

    /// Reads `NAME,STATE`, in any case and with `-` or `_` for spaces.
    ///
    /// - Throws: `ValidationError` with the valid ones.
    static func columns(_ text: String, of headers: [String]) throws -> [String] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { name in
            guard let header = headers.first(where: { isEqual($0, String(name)) }) else {
                let valid = headers.map { $0.lowercased().split(separator: " ").joined(separator: "-") }
                throw ValidationError(
                    "--columns: there is no column '\(name)'; there are \(valid.joined(separator: ","))")
            }
            return header
        }
    }

    private static func isEqual(_ header: String, _ name: String) -> Bool {
        header.lowercased() == String(name.lowercased().map { $0 == "-" || $0 == "_" ? " " : $0 })
    }
}

extension Table {
    /// With as many columns as fit.
    func fitted(_ style: TableStyle) -> Table {
        shown(style.places(headers, widths), hasHeaders: style.hasHeaders)
    }

    /// With some columns.
    func shown(_ places: [Int], hasHeaders: Bool) -> Table {
        Table(
            headers: places.map { headers[$0] }, rows: rows.map { row in places.map { row[$0] } },
            isWithHeader: isWithHeader && hasHeaders)
    }
}
