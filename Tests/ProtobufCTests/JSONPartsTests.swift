import Testing

@testable import ProtobufC

@Suite struct TimestampTextTests {
    @Test(
        arguments: [
            (0, 0, "1970-01-01T00:00:00Z"), (-1, 0, "1969-12-31T23:59:59Z"),
            (-62_135_596_800, 0, "0001-01-01T00:00:00Z"),
            (253_402_300_799, 999_999_999, "9999-12-31T23:59:59.999999999Z"),
            (951_782_400, 0, "2000-02-29T00:00:00Z"), (4_107_456_000, 500_000_000, "2100-02-28T00:00:00.500Z"),
            (1_795_252_211, 1000, "2026-11-21T09:10:11.000001Z"),
        ] as [(Int64, Int32, String)])
    func bothWays(seconds: Int64, nanos: Int32, text: String) throws {
        #expect(try TimestampText.format(seconds: seconds, nanos: nanos) == text)
        let parsed = try TimestampText.parse(text)
        #expect(parsed.seconds == seconds && parsed.nanos == nanos)
    }

    @Test func everyDayOfFourCenturies() throws {
        for day in stride(from: Int64(-146_097), through: 146_097, by: 1) {
            let parsed = try TimestampText.parse(try TimestampText.format(seconds: day * 86_400, nanos: 0))
            #expect(parsed.seconds == day * 86_400)
        }
    }

    @Test func readsOffsetsAndDecimals() throws {
        #expect(try TimestampText.parse("1970-01-01T02:00:00+02:00").seconds == 0)
        #expect(try TimestampText.parse("1969-12-31T18:30:00-05:30").seconds == 0)
        #expect(try TimestampText.parse("1970-01-01T00:00:00.5Z").nanos == 500_000_000)
        #expect(try TimestampText.parse("1970-01-01T00:00:00.000000001Z").nanos == 1)
    }

    @Test(arguments: [
        "", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01 00:00:00Z", "1970-01-01t00:00:00z", "1970-1-01T00:00:00Z",
        "1970-00-01T00:00:00Z", "1970-13-01T00:00:00Z", "1970-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
        "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1970-01-01T00:00:60Z", "1970-01-01T00:00:00.Z",
        "1970-01-01T00:00:00.1234567890Z", "1970-01-01T00:00:00+24:00", "1970-01-01T00:00:00Z ", "0000-12-31T23:59:59Z",
        "10000-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
    ])
    func refuses(text: String) {
        #expect(throws: MessageError.self) { try TimestampText.parse(text) }
    }

    @Test(
        arguments: [
            (253_402_300_800, 0), (-62_135_596_801, 0), (Int64.max, 0), (Int64.min, 0), (0, -1), (0, 1_000_000_000),
        ]
            as [(Int64, Int32)])
    func doesNotFormatWhatIsNoInstant(seconds: Int64, nanos: Int32) {
        #expect(throws: MessageError.self) { try TimestampText.format(seconds: seconds, nanos: nanos) }
    }
}

@Suite struct FieldMaskTextTests {
    @Test func bothWays() throws {
        #expect(try FieldMaskText.format(["name", "volume.size_bytes"]) == "name,volume.sizeBytes")
        #expect(try FieldMaskText.parse("name,volume.sizeBytes") == ["name", "volume.size_bytes"])
        #expect(try FieldMaskText.format([]) == "" && FieldMaskText.parse("") == [])
    }

    @Test(arguments: ["sizeBytes", "a__b", "a_", "a_1", "a,b", ""]) func refusesPathsThatWouldChange(path: String) {
        #expect(throws: MessageError.self) { try FieldMaskText.format([path]) }
    }

    @Test(arguments: ["size_bytes", "a,,b", ",", "a,"]) func refusesTexts(text: String) {
        #expect(throws: MessageError.self) { try FieldMaskText.parse(text) }
    }
}

@Suite struct Base64Tests {
    /// The vectors of RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func vectors(plain: String, encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == Array(encoded.utf8))
        #expect(Base64.decode(encoded) == Array(plain.utf8))
        #expect(Base64.decode(encoded.filter { $0 != "=" }) == Array(plain.utf8))
    }

    @Test func bothAlphabets() {
        #expect(Base64.encode([0xfb, 0xff, 0xfe]) == Array("+//+".utf8))
        #expect(Base64.decode("+//+") == [0xfb, 0xff, 0xfe])
        #expect(Base64.decode("-__-") == [0xfb, 0xff, 0xfe])
    }

    @Test(arguments: ["A", "AAAAA", "A===", "AA=A", "AA AA", "AAA\n", "é", "====", "AA==" + "AA=="]) func refuses(
        text: String
    ) {
        #expect(Base64.decode(text) == nil)
    }
}

@Suite struct JSONScannerTests {
    @Test(arguments: [
        (#""""#, ""), (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{c}\n\r\t"), (#""\u00e9\u20AC""#, "é€"),
        (#""\ud83d\ude00""#, "😀"), (#" "x" "#, "x"), ("\"é\"", "é"), ("\"e\u{301}\"", "e\u{301}"),
    ])
    func readsStrings(json: String, value: String) throws {
        var scanner = JSONScanner(json)
        #expect(Array(try scanner.string().utf8) == Array(value.utf8))
        try scanner.expectEnd()
    }

    @Test(arguments: [
        "", "\"", "\"a", "a", #""\"#, #""\x""#, #""\u12""#, #""\u12g4""#, #""\ud800""#, #""\udc00""#,
        #""\ud800\u0041""#,
        #""\u+123""#, "\"\u{1}\"", "\"\n\"",
    ])
    func refusesStrings(json: String) {
        var scanner = JSONScanner(json)
        #expect(throws: MessageError.self) { try scanner.string() }
    }

    @Test(arguments: ["0", "-0", "10", "1.5", "-1.5e+10", "1E5", "0.0"]) func isANumber(text: String) {
        #expect(JSONScanner.isNumber(text))
    }

    @Test(arguments: ["", "-", "01", "+1", "1.", ".5", "1e", "1e+", "0x10", "NaN", "Infinity", " 1", "1 ", "١"])
    func isNoNumber(text: String) {
        #expect(!JSONScanner.isNumber(text))
    }
}

@Suite struct JSONNumberTests {
    @Test func readsEveryIntegerOfAType() throws {
        #expect(try JSONNumber.integer("-0") as UInt64 == 0)
        #expect(try JSONNumber.integer("18446744073709551615") as UInt64 == .max)
        #expect(try JSONNumber.integer("-9223372036854775808") as Int64 == .min)
        #expect(try JSONNumber.integer("1e3") as Int32 == 1000)
        #expect(try JSONNumber.integer("5.0") as UInt32 == 5)
    }

    @Test(arguments: ["-1", "18446744073709551616", "1.5", "1e400", "9007199254740993.0", "1e19", "x", ""])
    func refusesWhatIsNoUnsignedInteger(text: String) {
        #expect(throws: MessageError.self) { try JSONNumber.integer(text) as UInt64 }
    }

    @Test func readsReals() throws {
        #expect(try (JSONNumber.real("-0") as Double).sign == .minus)
        #expect(try (JSONNumber.real("NaN") as Double).isNaN)
        #expect(try JSONNumber.real("-Infinity") as Double == -.infinity)
        #expect(try JSONNumber.real("5e-324") as Double == .leastNonzeroMagnitude)
        #expect(throws: MessageError.self) { try JSONNumber.real("1e999") as Double }
        #expect(throws: MessageError.self) { try JSONNumber.real("nan") as Double }
        #expect(throws: MessageError.self) { try JSONNumber.real("0x1p3") as Double }
    }
}
