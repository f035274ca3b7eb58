import HoldpointMessages
import HoldpointRPC
import ProtobufC
import Testing

/// Every message type with random contents. A failure names type and seed.
@Suite struct RoundTripTests {
    private static let seeds = 100

    @Test func overTheWire() throws {
        try forEveryMessage { (message, bytes, _) throws in
            #expect(try type(of: message).init(serialized: bytes, from: .request).serialized() == bytes)
        }
    }

    @Test func valuesStayEqual() throws {
        func check<Message: ProtobufMessage>(_ message: Message, _ bytes: [UInt8]) throws {
            let copy = try Message(serialized: bytes, from: .request)
            #expect(copy == message)
            #expect(copy.hashValue == message.hashValue)
            #expect(try Message(json: message.json()) == message)
        }
        try forEveryMessage { (message, bytes, _) in try check(message, bytes) }
    }

    @Test func throughJSON() throws {
        try forEveryMessage { (message, bytes, place) throws in
            for pretty in [false, true] {
                let json = try message.json(pretty: pretty)
                #expect(try type(of: message).init(json: json).serialized() == bytes, place)
                #expect(try DynamicMessage.serialize(json: json, as: type(of: message).descriptor) == bytes, place)
                let dynamic = try DynamicMessage.json(
                    serialized: bytes, as: type(of: message).descriptor, pretty: pretty)
                #expect(dynamic == json, place)
            }
        }
    }

    @Test func defaultsTakeNoBytes() throws {
        for type in HoldpointAPI.messages {
            #expect(try type.init().serialized() == [])
            #expect(try type.init(serialized: [], from: .request).serialized() == [])
        }
    }

    @Test func packsIntoTheCallersBuffer() throws {
        let arena = Arena()
        let message = GetVolumeRequest(volume: "vol-1")
        let prepared = try message.prepared(in: arena)
        var buffer = [UInt8](repeating: 0xee, count: prepared.byteCount + 2)
        let written = buffer.withUnsafeMutableBytes { prepared.pack(into: $0) }
        #expect(written == prepared.byteCount)
        #expect(try Array(buffer.prefix(written)) == message.serialized())
        #expect(buffer.suffix(2) == [0xee, 0xee])
        #expect(buffer.withUnsafeMutableBytes { prepared.pack(into: .init(rebasing: $0.prefix(written - 1))) } == 0)
    }

    private func forEveryMessage(
        _ body: (any ProtobufMessage, _ bytes: [UInt8], _ place: Comment) throws -> Void
    ) throws {
        #expect(HoldpointAPI.messages.count > 50)
        for type in HoldpointAPI.messages {
            for seed in 0..<Self.seeds {
                let place = "\(type) seed \(seed)"
                do {
                    let message = try RandomMessage.make(type, seed: UInt64(seed))
                    try body(message, try message.serialized(), Comment(rawValue: place))
                } catch {
                    Issue.record("\(place): \(error)")
                }
            }
        }
    }
}
