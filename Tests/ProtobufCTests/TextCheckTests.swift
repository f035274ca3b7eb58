import Testing

@testable import ProtobufC

@Suite struct TextCheckTests {
    /// Every sequence of up to three bytes is judged as the standard library does, except that NUL is refused.
    @Test func agreesWithTheStandardLibraryOnShortSequences() {
        for first in UInt8.min...UInt8.max {
            #expect(agrees([first]))
            for second in UInt8.min...UInt8.max where !agrees([first, second]) {
                Issue.record("\(first) \(second)")
            }
        }
        for first in UInt8(0xc0)...UInt8.max {
            for second in UInt8.min...UInt8.max {
                for third in [0x00, 0x41, 0x7f, 0x80, 0xbf, 0xc0, 0xff] as [UInt8]
                where !agrees([first, second, third]) {
                    Issue.record("\(first) \(second) \(third)")
                }
            }
        }
    }

    @Test func agreesWithTheStandardLibraryOnFourBytes() {
        for first in UInt8(0xef)...0xf6 {
            for second in UInt8.min...UInt8.max {
                for third in [0x41, 0x80, 0xbf, 0xc0] as [UInt8] {
                    for fourth in [0x41, 0x80, 0xbf, 0xc0] as [UInt8]
                    where !agrees([first, second, third, fourth]) {
                        Issue.record("\(first) \(second) \(third) \(fourth)")
                    }
                }
            }
        }
    }

    /// The fast path over eight bytes looks at every one of them.
    @Test(arguments: 0..<24) func findsFaultsAtEveryPlace(place: Int) {
        var text = [UInt8](repeating: 0x61, count: 24)
        #expect(fault(text) == nil)
        text[place] = 0
        #expect(fault(text) == .nul)
        text[place] = 0xff
        #expect(fault(text) == .notUTF8)
    }

    @Test(
        arguments: [
            [0xc0, 0xaf], [0xe0, 0x80, 0xaf], [0xf0, 0x80, 0x80, 0xaf], [0xc1, 0xbf], [0xe0, 0x9f, 0xbf],
            [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80],
        ] as [[UInt8]])
    func refusesOverlongFormsAndSurrogates(bytes: [UInt8]) {
        #expect(fault(bytes) == .notUTF8)
        #expect(fault(Array("plain text ".utf8) + bytes) == .notUTF8)
    }

    @Test(arguments: ["é", "e\u{301}", "日本語", "👩‍👩‍👧", "\u{10ffff}", "\u{feff}"])
    func acceptsUnicode(text: String) {
        #expect(fault(Array(text.utf8)) == nil)
        #expect(fault(Array(("1234567" + text + "1234567").utf8)) == nil)
    }

    private func agrees(_ bytes: [UInt8]) -> Bool {
        let isValid = String(validating: bytes, as: UTF8.self) != nil && !bytes.contains(0)
        return (fault(bytes) == nil) == isValid
    }

    private func fault(_ bytes: [UInt8]) -> WireFault? {
        bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress else { return nil }
            do throws(WireFault) {
                try TextCheck.check(start, byteCount: buffer.count)
                return nil
            } catch {
                return error
            }
        }
    }
}
