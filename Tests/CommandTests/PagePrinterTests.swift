import HoldpointClient
import Testing

@testable import HoldpointCommand

@Suite struct PagePrinterTests {
    private static let volumes = (0..<5).map { Volume(id: "vol-\($0)", name: "data-\($0)", state: .available) }

    /// However a list is cut into pages, the text is the same as of one.
    @Test(arguments: [OutputFormat.table, .json, .yaml, .name], [[5], [0], [1, 1, 1, 2], [0, 3, 0, 2]])
    func pagesTogetherAreTheList(format: OutputFormat, sizes: [Int]) throws {
        let printer = Printer(format: format, colored: false)
        var pages = PagePrinter<Volume>(printer)
        var rest = PagePrinterTests.volumes[...]
        var text = ""
        for size in sizes {
            text += try pages.text(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        let printed = Array(PagePrinterTests.volumes.prefix(5 - rest.count))
        #expect(text + pages.end == (try printer.text(list: printed)))
    }

    /// Columns only grow, and the headers stand there once.
    @Test func aLongerCellMakesItsColumnWider() throws {
        var pages = PagePrinter<NBDExport>(Printer(format: .table, colored: false))
        let text =
            try pages.text([NBDExport(volumeID: "vol-1", uri: "a")])
            + pages.text([NBDExport(volumeID: "vol-1234567", uri: "b")])
            + pages.text([NBDExport(volumeID: "vol-1", uri: "c")])
        #expect(text == "VOLUME  URI\nvol-1   a\nvol-1234567  b\nvol-1        c\n")
    }
}
