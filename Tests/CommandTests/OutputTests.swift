import HoldpointClient
import Testing

@testable import HoldpointCommand

@Suite struct JSONTests {
    @Test(arguments: [
        #"{"b":1,"a":[true,null,{"x":-1.5e+3}],"c":"d"}"#, "[]", "{}", #""\u0001\"\\\n\t""#, "0", #"{"a":"한국어 😀"}"#,
    ])
    func readsAndWritesTheSame(_ text: String) throws {
        #expect(try JSONReader.read(text).compact == text)
    }

    @Test func readsSpaceAndEscapes() throws {
        let value = try JSONReader.read(" { \"a\" : [ 1 , 2 ] ,\n\"b\":\"\\u00e9\\ud83d\\ude00\\/\" } ")
        #expect(
            value
                == .object([
                    .init(name: "a", value: .array([.number("1"), .number("2")])),
                    .init(name: "b", value: .string("é😀/")),
                ]))
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", "+1", "tru", "\"", "\"\\x\"", "\"\\ud83d\"",
        "\"\\u+123\"",
        "1 2", "\"\n\"", "nul", "-", "{a:1}", String(repeating: "[", count: 100_000),
    ])
    func refuses(_ text: String) {
        #expect(throws: JSONError.self) { try JSONReader.read(text) }
    }

    @Test func writesALineAField() throws {
        let value = try JSONReader.read(#"{"a":{"b":[1,2]},"c":[]}"#)
        #expect(value.pretty == "{\n  \"a\": {\n    \"b\": [\n      1,\n      2\n    ]\n  },\n  \"c\": []\n}")
    }

    @Test func setsAField() throws {
        let value = try JSONReader.read(#"{"warnings":1,"a":2}"#).setting("warnings", .array([]))
        #expect(value.compact == #"{"a":2,"warnings":[]}"#)
        #expect(value.without("a").compact == #"{"warnings":[]}"#)
    }
}

@Suite struct YAMLTests {
    @Test func writesBlocks() throws {
        let value = try JSONReader.read(
            #"[{"name":"data-1","size":"10","labels":{},"list":[{"a":1,"b":[2,3]},"x"],"none":null,"on":true}]"#)
        #expect(
            YAMLWriter.text(value) == """
                - name: data-1
                  size: "10"
                  labels: {}
                  list:
                    - a: 1
                      b:
                        - 2
                        - 3
                    - x
                  none: null
                  "on": true

                """)
    }

    @Test(arguments: [
        "", "yes", "No", "null", "1", "1.5", "- x", "a: b", "a #b", "#", "~", " a", "a ", "*x", "a\nb", "한국어", "-",
    ])
    func quotesWhatYAMLWouldTakeForSomethingElse(_ text: String) {
        #expect(YAMLWriter.text(.string(text)) == JSONValue.quoted(text) + "\n")
    }

    @Test func writesEmptyLists() {
        #expect(YAMLWriter.text(.array([])) == "[]\n")
    }
}

@Suite struct CSVTests {
    @Test func writesAColumnAField() throws {
        let objects = try JSONReader.read(#"[{"a":"x","b":{"k":"v"}},{"a":"y,\"z\"\n","c":null,"d":1.5}]"#)
        guard case .array(let items) = objects else { return }
        #expect(CSVWriter.text(items) == "a,b,c,d\r\nx,\"{\"\"k\"\":\"\"v\"\"}\",,\r\n\"y,\"\"z\"\"\\u{a}\",,,1.5\r\n")
    }

    @Test func doublesAQuoteThatACombiningMarkFollows() {
        #expect(
            CSVWriter.text([.object([.init(name: "a", value: .string("\"\u{301}"))])]) == "a\r\n\"\"\"\u{301}\"\r\n")
    }

    /// A description may hold what moves a terminal's cursor, or turns a name round.
    @Test func controlCharactersAreShownByTheirCode() {
        let text = "a\u{1b}[31m\u{202e}b\u{2066}\u{200f}한"
        let shown = "a\\u{1b}[31m\\u{202e}b\\u{2066}\\u{200f}한"
        #expect(CSVWriter.text([.object([.init(name: "a", value: .string(text))])]) == "a\r\n\(shown)\r\n")
        #expect(Printable.line(text) == shown && Table.Cell(text).text == shown)
    }

    @Test func writesNothingForNothing() {
        #expect(CSVWriter.text([]) == "")
    }
}

@Suite struct TableTests {
    @Test func alignsAndPaintsOnlyOnRequest() {
        let table = Table(
            headers: ["NAME", "STATE"],
            rows: [[.init("a"), .init("IN_USE", color: .green)], [.init("longer"), .init("")]])
        #expect(table.lines(colored: false) == ["NAME    STATE", "a       IN_USE", "longer  -"])
        #expect(table.lines(colored: true)[1] == "a       \u{1b}[32mIN_USE\u{1b}[0m")
    }

    @Test func lettersOfATerminalsOwnAreNoText() {
        #expect(Table.Cell("a\u{1b}[31mb\nc").text == "a\\u{1b}[31mb\\u{a}c")
        #expect(Printable.line("한국어 ok") == "한국어 ok")
    }

    @Test(
        arguments: [
            ("AVAILABLE", .green), ("ERROR_DELETING", .red), ("DELETING", .yellow), ("RUNNING", .green),
            ("STUCK", .red),
            ("STOPPED", nil), ("17", nil),
        ] as [(String, Color?)])
    func paintsStates(_ state: String, _ color: Color?) {
        #expect(Color(state: state) == color)
    }
}

@Suite struct PrinterTests {
    private let volume = Volume(
        id: "vol-abcdefghijkl", name: "data-1", state: .inUse, sizeBytes: 10 << 30, serverID: "srv-1", slot: 2)

    private func printer(_ format: OutputFormat) -> Printer { Printer(format: format, colored: false) }

    @Test func printsAListAsATable() throws {
        let lines = try printer(.table).text(list: [volume]).split(separator: "\n").map { $0.split(separator: " ") }
        #expect(lines[0] == ["NAME", "ID", "STATE", "SIZE", "USED", "SERVER", "SNAPSHOTS", "CREATED"])
        #expect(lines[1] == ["data-1", "vol-abcdefghijkl", "IN_USE", "10", "GiB", "0", "B", "srv-1", "0", "-"])
        #expect(try printer(.table).text(list: [Volume]()).hasPrefix("NAME"))
    }

    @Test func printsAListAsOneArray() throws {
        let tree = try JSONReader.read(try printer(.json).text(list: [volume, volume]))
        guard case .array(let items) = tree else {
            Issue.record("no array")
            return
        }
        #expect(items.count == 2)
        #expect(items[0]["sizeBytes"] == .string("10737418240"))
        #expect(items[0]["state"] == .string("IN_USE"))
        #expect(items[0]["deletionProtection"] == .bool(false))
        #expect(try printer(.json).text(list: [Volume]()) == "[]\n")
    }

    @Test func printsIDs() throws {
        #expect(try printer(.name).text(list: [volume, volume]) == "vol-abcdefghijkl\nvol-abcdefghijkl\n")
    }

    @Test func printsWarningsAsPartOfAnAnswer() throws {
        let warning = Warning(reason: "DATA_IN_FLIGHT", message: "may be torn")
        let text = try printer(.json).text(volume) { try volume.tree(warnings: [warning]) }
        let tree = try JSONReader.read(text)
        #expect(tree.fields.last?.name == "warnings")
        #expect(tree["warnings"]?.compact == #"[{"reason":"DATA_IN_FLIGHT","message":"may be torn"}]"#)
        #expect(tree["id"] == .string("vol-abcdefghijkl"))
    }

    @Test func printsDetails() throws {
        let text = try printer(.table).text(volume) { .null }
        #expect(text.contains("size       10 GiB (10737418240 bytes)\n"))
        #expect(text.contains("server     srv-1, slot 2\n"))
        #expect(!text.contains("description"))
    }

    @Test func printsAnOperationWithItsOwnWarningsReplaced() throws {
        let operation = Operation(id: "op-1", warnings: [Warning(reason: "A")])
        let tree = try operation.tree(warnings: [Warning(reason: "A"), Warning(reason: "B")])
        #expect(tree.fields.filter { $0.name == "warnings" }.count == 1)
        #expect(tree["warnings"]?.compact.contains("\"B\"") == true)
    }
}

@Suite struct ProgressBarTests {
    @Test func drawsFractionStepRateAndTimeLeft() {
        let text = ProgressBar.text(fraction: 0.5, elapsed: .seconds(20), step: "copy")
        #expect(text == "[############------------]  50%  copy  2.5%/s  20s left")
    }

    @Test(arguments: [Double.nan, -1, 2, .infinity])
    func survivesAnyFraction(_ fraction: Double) {
        #expect(ProgressBar.text(fraction: fraction, elapsed: .seconds(1), step: "x").hasSuffix("%  x"))
        #expect(["0%", "100%"].contains(Operation(progress: fraction).percentage))
    }
}
