import HoldpointMessages
import HoldpointRPC
import ProtobufC
import Testing

/// What protobuf-c accepts and the protocol refuses.
@Suite struct GuardTests {
    @Test func refusesNUL() {
        expectMalformed(Wire.text(field: 1, "a\0b"), as: GetVolumeRequest.self, field: "volume", "NUL")
    }

    @Test(
        arguments: [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]] as [[UInt8]])
    func refusesWhatIsNotUTF8(text: [UInt8]) {
        expectMalformed(Wire.bytes(field: 1, text), as: GetVolumeRequest.self, field: "volume", "UTF-8")
    }

    @Test func checksTextsInsideMessagesAndMaps() {
        let label = Wire.text(field: 1, "key") + Wire.bytes(field: 2, [0xff])
        let volume = Wire.bytes(field: 5, label)
        expectMalformed(
            Wire.bytes(field: 3, volume), as: CreateVolumeRequest.self, field: "volume.labels.value", "UTF-8")
    }

    @Test(arguments: [11, 255, 1 << 31, 1 << 32, 1 << 32 + 1, UInt64.max] as [UInt64])
    func refusesEnumNumbersThatAreNotDeclared(number: UInt64) throws {
        let bytes = Wire.varint(field: 6, number)
        expectMalformed(bytes, as: Volume.self, field: "state", "enum")
    }

    @Test func clientsKeepEnumNumbers() throws {
        let volume = try Volume(serialized: Wire.varint(field: 6, 99), from: .response)
        #expect(volume.state == .unrecognized(99))
        #expect(volume.state.name == "99")
        #expect(try volume.serialized() == Wire.varint(field: 6, 99))
        #expect(try volume.json().contains("\"state\":99"))
        #expect(try Volume(json: volume.json()) == volume)
    }

    @Test func refusesASubMessageTwice() {
        let twice = Wire.bytes(field: 1, []) + Wire.bytes(field: 3, []) + Wire.bytes(field: 1, [])
        expectMalformed(twice, as: VolumeAnswer.self, field: "volume", "twice")
        expectMalformed(
            Wire.bytes(field: 2, []) + Wire.bytes(field: 1, []) + Wire.bytes(field: 2, []), as: Frame.self,
            field: "request", "twice")
    }

    /// Legal protobuf: the last member of a oneof wins, the last value of a scalar too.
    @Test func theLastValueWins() throws {
        let frame = try Frame(serialized: Wire.bytes(field: 8, []) + Wire.bytes(field: 6, []), from: .request)
        #expect(frame.kind == .cancel(Cancel()))
        let twice = Wire.text(field: 1, "first") + Wire.text(field: 1, "second")
        #expect(try GetVolumeRequest(serialized: twice, from: .request).volume == "second")
    }

    @Test func refusesOtherWireTypes() {
        for type in [0, 1, 5] as [UInt64] {
            let bytes = Wire.tag(1, type) + [UInt8](repeating: 0, count: type == 0 ? 1 : 8)
            expectMalformed(bytes, as: GetVolumeRequest.self, field: "volume", "wire type")
        }
        expectMalformed(Wire.bytes(field: 14, [1]), as: Volume.self, field: "size_bytes", "wire type")
        expectMalformed(Wire.tag(14, 3) + Wire.tag(14, 4), as: Volume.self, field: "", "groups")
    }

    @Test func readsNumbersPackedAndNot() throws {
        let packed = Wire.bytes(field: 4, [0, 5, 63])
        let single = Wire.varint(field: 4, 0) + Wire.varint(field: 4, 5) + Wire.varint(field: 4, 63)
        for bytes in [packed, single] {
            #expect(try ServerConfiguration(serialized: bytes, from: .request).slots == [0, 5, 63])
        }
        expectMalformed(Wire.bytes(field: 4, [0x80]), as: ServerConfiguration.self, field: "slots", "end")
    }

    @Test func skipsSomeUnknownFields() throws {
        let unknown =
            Wire.varint(field: 999, 1) + Wire.bytes(field: 1000, [0xff, 0]) + Wire.tag(1001, 5) + [0, 0, 0, 0]
        let known = Wire.text(field: 1, "vol-1")
        let read = try GetVolumeRequest(serialized: unknown + known, from: .request)
        #expect(try read.serialized() == known)
        let most = Array(repeatElement(Wire.varint(field: 999, 1), count: 64).joined())
        #expect(try GetVolumeRequest(serialized: most, from: .request) == GetVolumeRequest())
        expectLimit(most + Wire.varint(field: 999, 1), as: GetVolumeRequest.self, "unknown")
    }

    /// The limit of unknown fields is a message's, not the request's.
    @Test func countsUnknownFieldsInEveryMessage() throws {
        let inner = Wire.bytes(field: 3, Array(repeatElement(Wire.varint(field: 999, 1), count: 64).joined()))
        _ = try CreateVolumeRequest(serialized: inner + Wire.varint(field: 999, 1), from: .request)
    }

    @Test func countsFields() throws {
        let kinds = Array(repeatElement(Wire.bytes(field: 2, []), count: 100_000).joined())
        #expect(try WatchRequest(serialized: kinds, from: .request).kinds.count == 100_000)
        expectLimit(kinds + Wire.bytes(field: 2, []), as: WatchRequest.self, "100000 fields")
        let slots = Wire.bytes(field: 4, [UInt8](repeating: 1, count: 100_000))
        expectLimit(slots, as: ServerConfiguration.self, "100000 fields")
    }

    @Test func refusesEveryTruncation() throws {
        let request = CreateVolumeRequest(
            requestID: "0b6f9a3e-0000-4000-8000-000000000000", validateOnly: true,
            volume: Volume(
                name: "database", description: "größer", labels: ["tier": "gold", "owner": "ü"], sizeBytes: 1 << 40),
            serverSnapshot: "ssnap-abcdefghijkl", attachServer: "srv-abcdefghijkl")
        let bytes = try request.serialized()
        let ends = Set(topLevelEnds(bytes))
        for length in 0..<bytes.count {
            let prefix = Array(bytes.prefix(length))
            if ends.contains(length) {
                _ = try CreateVolumeRequest(serialized: prefix, from: .request)
            } else {
                #expect(throws: MessageError.self, "\(length)") {
                    try CreateVolumeRequest(serialized: prefix, from: .request)
                }
            }
        }
        #expect(try CreateVolumeRequest(serialized: bytes, from: .request) == request)
    }

    /// Where a field of the outermost message ends; its fields here are short strings, messages and booleans.
    private func topLevelEnds(_ bytes: [UInt8]) -> [Int] {
        var ends = [0]
        var index = 0
        while index < bytes.count {
            index += bytes[index] & 7 == 2 ? 2 + Int(bytes[index + 1]) : 2
            ends.append(index)
        }
        return ends
    }

    @Test func refusesOverlongVarints() {
        let long = Wire.tag(14, 0) + [UInt8](repeating: 0xff, count: 10) + [1]
        expectMalformed(long, as: Volume.self, field: "size_bytes", "varint")
    }

    @Test func readsExtremeIntegers() throws {
        let largest = try Volume(
            serialized: Wire.varint(field: 14, .max) + Wire.varint(field: 17, .max), from: .request)
        #expect(largest.sizeBytes == .max)
        #expect(largest.slot == .max)
        let instant = Wire.varint(field: 1, 1 << 63) + Wire.varint(field: 2, .max)
        let time = try Timestamp(serialized: instant, from: .request)
        #expect(time == Timestamp(seconds: .min, nanos: -1))
        #expect(throws: MessageError.self) { try time.json() }
    }
}

func expectMalformed<Message: ProtobufMessage>(
    _ bytes: [UInt8], as type: Message.Type, field: String, _ part: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let error = #expect(throws: MessageError.self, sourceLocation: sourceLocation) {
        try Message(serialized: bytes, from: .request)
    }
    guard case .malformed(let reason, let place) = error else {
        Issue.record("\(String(describing: error))", sourceLocation: sourceLocation)
        return
    }
    #expect(place == field, sourceLocation: sourceLocation)
    #expect(reason.contains(part), sourceLocation: sourceLocation)
}

func expectLimit<Message: ProtobufMessage>(
    _ bytes: [UInt8], as type: Message.Type, _ part: String, sourceLocation: SourceLocation = #_sourceLocation
) {
    let error = #expect(throws: MessageError.self, sourceLocation: sourceLocation) {
        try Message(serialized: bytes, from: .request)
    }
    guard case .limit(let reason, _) = error else {
        Issue.record("\(String(describing: error))", sourceLocation: sourceLocation)
        return
    }
    #expect(reason.contains(part), sourceLocation: sourceLocation)
}
