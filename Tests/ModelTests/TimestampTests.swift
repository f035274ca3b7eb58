import Foundation
import Model
import Testing

/// No instant that cannot be told to anybody, wherever it comes from.
@Suite struct TimestampTests {
    @Test(
        arguments: [
            (Int64.max, 253_402_300_799_999), (253_402_300_800_000, 253_402_300_799_999), (0, 0),
            (-62_135_596_800_001, -62_135_596_800_000), (Int64.min, -62_135_596_800_000),
        ] as [(Int64, Int64)])
    func onlyTheYearsOneToNineThousandNineHundredNinetyNine(given: Int64, kept: Int64) throws {
        #expect(Timestamp(millisecondsSinceEpoch: given).millisecondsSinceEpoch == kept)
        let stored = try JSONDecoder().decode(Timestamp.self, from: Data("\(given)".utf8))
        #expect(stored.millisecondsSinceEpoch == kept)
    }
}
