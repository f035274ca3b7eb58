import ArgumentParser
import HoldpointClient
import Testing

@testable import HoldpointCommand

@Suite struct ByteSizeTests {
    @Test(
        arguments: [
            ("0", 0), ("512", 512), ("4KiB", 4096), ("512MiB", 512 << 20), ("10GiB", 10 << 30), ("1TiB", 1 << 40),
            ("10G", 10 << 30), ("64M", 64 << 20), ("1.5GiB", 3 << 29), ("0.5T", 1 << 39), ("2.0M", 2 << 20),
            ("18446744073709551615", UInt64.max), ("16777215TiB", 16_777_215 << 40),
        ] as [(String, UInt64)])
    func reads(_ text: String, _ bytes: UInt64) throws {
        #expect(try ByteSize.parse(text) == bytes)
    }

    @Test(arguments: [
        "", "GiB", "10GB", "10gib", "1.GiB", ".5GiB", "1.5", "1.0000001GiB", "1.2.3GiB", "0.1KiB", "1.5KiB", "-1", "+1",
        " 1", "1 GiB", "10GiBB", "0x10", "١", "1_000",
    ])
    func refusesWhatIsNoSize(_ text: String) {
        #expect(throws: ValidationError.self) { try ByteSize.parse(text) }
    }

    @Test(arguments: ["18446744073709551616", "16777216TiB", "18014398509481984KiB", "99999999999999999999999GiB"])
    func refusesOverflow(_ text: String) {
        #expect { try ByteSize.parse(text) } throws: { "\($0)".contains("too large") }
    }

    @Test(
        arguments: [
            (0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (1536, "1.5 KiB"), (1 << 20, "1 MiB"),
            ((1 << 20) - 1, "1 MiB"),
            (10 << 30, "10 GiB"), (1 << 40, "1 TiB"), (1500 << 40, "1500 TiB"), (UInt64.max, "16777216 TiB"),
            (1_610_612_736, "1.5 GiB"), (1_100_000, "1 MiB"), (1_200_000, "1.1 MiB"),
        ] as [(UInt64, String)])
    func writes(_ bytes: UInt64, _ text: String) {
        #expect(ByteSize.text(bytes) == text)
    }

    @Test func writesTheExactNumberBesideTheRoundedOne() {
        #expect(ByteSize.exactText(1_572_864) == "1.5 MiB (1572864 bytes)")
        #expect(ByteSize.exactText(7) == "7 B")
    }
}

@Suite struct DurationTextTests {
    @Test(
        arguments: [
            ("500ms", 500), ("30s", 30_000), ("5m", 300_000), ("2h", 7_200_000), ("7d", 604_800_000),
            ("49d", 4_233_600_000),
        ] as [(String, Int64)])
    func reads(_ text: String, _ milliseconds: Int64) throws {
        let duration = try DurationText.parse(text)
        #expect(duration == .milliseconds(milliseconds))
        #expect(DurationText.text(duration) == text)
    }

    @Test(arguments: ["", "30", "s", "1.5s", "-1s", "30 s", "30S", "1w", "0s", "50d", "99999999999999999999d", "٣s"])
    func refuses(_ text: String) {
        #expect(throws: ValidationError.self) { try DurationText.parse(text) }
    }

    @Test func roundsDownForPeople() {
        #expect(DurationText.coarse(seconds: 59) == "59s")
        #expect(DurationText.coarse(seconds: 119) == "1m")
        #expect(DurationText.coarse(seconds: 7_199) == "1h")
        #expect(DurationText.coarse(seconds: 86_400 * 400) == "400d")
    }
}

@Suite struct TimeTextTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (1_709_251_199, "2024-02-29T23:59:59Z"),
            (1_763_717_400, "2025-11-21T09:30:00Z"), (-1, "1969-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (-62_135_596_800, "0001-01-01T00:00:00Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] as [(Int64, String)])
    func writesExactTimes(_ seconds: Int64, _ text: String) {
        #expect(TimeText.exact(Timestamp(seconds: seconds)) == text)
    }

    @Test func writesRelativeTimes() {
        #expect(TimeText.relative(Timestamp(seconds: 100), now: 100) == "now")
        #expect(TimeText.relative(Timestamp(seconds: 100), now: 280) == "3m ago")
        #expect(TimeText.relative(Timestamp(seconds: 7_300), now: 100) == "in 2h")
        #expect(TimeText.full(Timestamp(seconds: 0), now: 60) == "1970-01-01T00:00:00Z (1m ago)")
    }

    @Test(arguments: [Int64.min, Int64.max])
    func survivesTimesThatNoServerShouldSend(_ seconds: Int64) {
        #expect(!TimeText.full(Timestamp(seconds: seconds)).isEmpty)
        #expect(TimeText.exact(Timestamp(seconds: seconds)) == "\(seconds) s")
    }
}

@Suite struct LabelTests {
    @Test func readsKeyAndValue() throws {
        #expect(try Label.parse("tier=db") == Label(key: "tier", value: "db"))
        #expect(try Label.parse("query=a=b") == Label(key: "query", value: "a=b"))
        #expect(try Label.parse("empty=") == Label(key: "empty", value: ""))
    }

    @Test(arguments: ["", "tier", "=db"])
    func refuses(_ text: String) {
        #expect(throws: ValidationError.self) { try Label.parse(text) }
    }

    @Test func takesTheLaterOfTwo() throws {
        #expect(try ["a=1", "b=2", "a=3"].map(Label.parse).dictionary == ["a": "3", "b": "2"])
    }
}
