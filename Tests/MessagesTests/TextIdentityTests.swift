import HoldpointMessages
import ProtobufC
import Testing

/// Swift takes é for e and an accent; bytes must not.
@Suite struct TextIdentityTests {
    private static let composed = "caf\u{e9}"
    private static let decomposed = "cafe\u{301}"

    @Test(arguments: [composed, decomposed]) func keepsEveryByte(text: String) throws {
        let request = GetVolumeRequest(volume: text)
        let read = try GetVolumeRequest(serialized: request.serialized(), from: .request)
        #expect(Array(read.volume.utf8) == Array(text.utf8))
        #expect(Array(try GetVolumeRequest(json: request.json()).volume.utf8) == Array(text.utf8))
    }

    @Test func bytesTellThemApart() throws {
        let first = GetVolumeRequest(volume: Self.composed)
        let second = GetVolumeRequest(volume: Self.decomposed)
        #expect(first == second)  // Swift's view, and why fingerprints are taken over bytes.
        #expect(try first.serialized() != second.serialized())
    }

    @Test func refusesKeysThatSwiftWouldMerge() {
        func entry(_ key: String) -> [UInt8] {
            Wire.bytes(field: 5, Wire.text(field: 1, key) + Wire.text(field: 2, "x"))
        }
        expectMalformed(
            entry(Self.composed) + entry(Self.decomposed), as: Volume.self, field: "labels", "normalization")
        #expect(throws: MessageError.self) {
            try Volume(json: "{\"labels\":{\"\(Self.composed)\":\"1\",\"\(Self.decomposed)\":\"2\"}}")
        }
    }

    @Test func ofEqualKeysTheLastWins() throws {
        let first = Wire.bytes(field: 5, Wire.text(field: 1, "k") + Wire.text(field: 2, "1"))
        let second = Wire.bytes(field: 5, Wire.text(field: 1, "k") + Wire.text(field: 2, "2"))
        #expect(try Volume(serialized: first + second, from: .request).labels == ["k": "2"])
    }

    @Test func doesNotBuildTextsWithNUL() {
        #expect(throws: MessageError.malformed("contains a NUL character", field: "volume.labels")) {
            try CreateVolumeRequest(volume: Volume(labels: ["a": "b\0"])).serialized()
        }
        #expect(throws: MessageError.self) { try GetVolumeRequest(volume: "\0").serialized() }
        #expect(throws: MessageError.self) { try GetVolumeRequest(json: #"{"volume":"a\u0000b"}"#) }
    }
}
