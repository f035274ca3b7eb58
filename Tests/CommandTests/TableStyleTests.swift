import ArgumentParser
import Testing

@testable import HoldpointCommand

@Suite struct TableStyleTests {
    private let table = Table(
        headers: ["NAME", "ID", "STATE", "SERVER SNAPSHOT", "SIZE"],
        rows: [["data-1", "vol-abcdefghijkl", "AVAILABLE", "before-update", "10 GiB"].map { Table.Cell($0) }])

    private func headers(_ style: TableStyle) -> [String] { table.fitted(style).headers }

    /// Ids go first, then the last columns; the name stays whatever the width is.
    @Test func whatHasNoRoomIsLeftOut() {
        #expect(headers(TableStyle()) == table.headers)
        #expect(headers(TableStyle(width: 60)) == table.headers)
        #expect(headers(TableStyle(width: 59)) == ["NAME", "STATE", "SERVER SNAPSHOT", "SIZE"])
        #expect(headers(TableStyle(width: 41)) == ["NAME", "STATE", "SERVER SNAPSHOT"])
        #expect(headers(TableStyle(width: 17)) == ["NAME", "STATE"])
        #expect(headers(TableStyle(width: 1)) == ["NAME"])
        for width in 6...80 {
            let lines = table.fitted(TableStyle(width: width)).lines(colored: false)
            #expect(lines.allSatisfy { $0.count <= width }, "\(width)")
        }
    }

    /// What has no name keeps its id.
    @Test func anIdThatComesFirstStays() {
        let operations = Table(headers: ["ID", "KIND"], rows: [["op-abcdefghijkl", "RESIZE"].map { Table.Cell($0) }])
        #expect(operations.fitted(TableStyle(width: 3)).headers == ["ID"])
    }

    @Test func columnsAreChosenByTheirNames() throws {
        let columns = try TableStyle.columns("size,server-snapshot,NAME", of: table.headers)
        let shown = table.fitted(TableStyle(width: 5, columns: columns, hasHeaders: false))
        #expect(shown.lines(colored: false) == ["10 GiB  before-update  data-1"])
        for wrong in ["", "NAME,", "colour"] {
            #expect(throws: ValidationError.self) { try TableStyle.columns(wrong, of: table.headers) }
        }
    }
}
