import Testing

@testable import EngineQEMU

@Suite struct JSONParserTests {
    private func value(_ text: String) -> JSONValue? { JSONParser.value(of: Array(text.utf8)) }

    @Test(
        arguments: [
            ("null", nil), (" true ", true), ("false", false), ("0", 0), ("-12", -12), ("\"\"", ""), ("[]", []),
            ("{ }", [:]), ("[ 1 , [ ] , { } ]", [1, [], [:]]), (#"{"a":{"b":[1,{"c":2}]},"d":3}"#, deep),
            ("9223372036854775807", .integer(.max)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            ("1.5e2", .number(150)), (#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é""#, "\"\\/\u{8}\u{c}\n\r\té😀é"),
            (#"{"a":1,"a":2}"#, ["a": 2]),
        ] as [(String, JSONValue)])
    func whatIsJSONIsRead(_ text: String, _ expected: JSONValue) {
        #expect(value(text) == expected)
    }

    private static let deep: JSONValue = ["a": ["b": [1, ["c": 2]]], "d": 3]

    @Test(arguments: [
        "", " ", "nul", "tru", "01", "+1", "-", "1.", ".5", "1e", "1e400", "NaN", "\"", "\"\\x\"", "\"\\u12\"",
        "\"\\ud83d\"", "\"\\ude00\"", "\"\n\"", "[", "[1", "[1,", "[1,]", "[,1]", "[1}", "{", "{1:2}", "{\"a\"}",
        "{\"a\":}", "{\"a\":1,}", "{\"a\":1]", "{a:1}", "1 2", "[]]", "'a'",
    ])
    func whatIsNoJSONIsRefused(_ text: String) {
        #expect(value(text) == nil)
    }

    @Test func badUTF8IsRefused() {
        #expect(JSONParser.value(of: Array("\"".utf8) + [0xc3, 0x28] + Array("\"".utf8)) == nil)
    }

    @Test(arguments: ["[", #"{"a":"#]) func nestingHasALimit(_ opening: String) {
        let closing = opening == "[" ? "]" : "}"
        func nested(_ depth: Int) -> JSONValue? {
            value(String(repeating: opening, count: depth) + "[]" + String(repeating: closing, count: depth))
        }
        #expect(nested(JSONParser.deepestNesting) != nil)
        #expect(nested(JSONParser.deepestNesting + 1) == nil)
    }

    @Test func longListsCostNoMoreAnItem() {
        let count = 30_000
        let text = "[" + String(repeating: "{\"a\":[0]},", count: count) + "0]"
        #expect(value(text)?.array?.count == count + 1)
    }

    @Test func everyTruncationIsRefused() {
        let text = Array(#"{"a":[1,-2.5e1,"\u00e9",true,null],"b":{"c":{}}}"#.utf8)
        #expect(JSONParser.value(of: text) != nil)
        for length in 0..<text.count { #expect(JSONParser.value(of: Array(text.prefix(length))) == nil) }
    }
}

@Suite struct JSONLineTests {
    @Test func comesBackAsItWas() {
        let value: JSONValue = [
            "none": nil, "yes": true, "no": false, "number": -7, "real": .number(0.1), "empty": [:],
            "text \"\\/\u{1}\n": ["a", [], ["b": "é😀"]],
        ]
        #expect(value.line.flatMap(JSONParser.value) == value)
    }

    @Test func whatIsNoNumberCannotBeWritten() {
        #expect((["a": [.number(.nan)]] as JSONValue).line == nil)
    }

    @Test func deepValuesAreWritten() {
        var value: JSONValue = nil
        for _ in 0..<1000 { value = ["backing": value] }
        #expect(value.line?.count == 1000 * #"{"backing":}"#.utf8.count + 4)
    }
}
