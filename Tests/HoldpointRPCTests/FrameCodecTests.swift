import ProtobufC
import Testing

@testable import HoldpointRPC

/// The hand-written envelope against protobuf-c's generated `Frame`.
@Suite struct FrameCodecTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func parsesWhatTheGeneratedFrameWrites(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let frame = generator.frame()
            let bytes = try frame.serialized()
            #expect(try parsed(bytes) == frame, "seed \(seed)")
        }
    }

    @Test(arguments: [4, 5, 6] as [UInt64])
    func writesTheBytesOfTheGeneratedFrame(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let frame = generator.frame()
            guard let outgoing = try outgoing(frame) else { continue }
            #expect(written(outgoing) == (try frame.serialized()), "seed \(seed)")
        }
    }

    @Test func refusesEveryTruncationThatTheGeneratedFrameRefuses() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            let bytes = try generator.frame().serialized()
            for count in 0..<bytes.count { try compare(Array(bytes[..<count]), seed: 7) }
        }
    }

    @Test(arguments: [8, 9, 10, 11] as [UInt64])
    func agreesWithTheGeneratedFrameOnDamagedBytes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<5_000 {
            var bytes = try generator.frame().serialized()
            guard !bytes.isEmpty else { continue }
            for _ in 0...Int.random(in: 0...2, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            try compare(bytes, seed: seed)
        }
    }

    @Test func refusesTwoKinds() throws {
        let ping = try Frame(kind: .ping(Ping(nonce: 1))).serialized()
        let cancel = try Frame(kind: .cancel(Cancel(callID: 1))).serialized()
        #expect(throws: FrameFault.twoKinds) { try parsed(ping + cancel) }
        #expect(throws: FrameFault.twoKinds) { try parsed(ping + ping) }
    }

    @Test func ignoresUnknownKinds() throws {
        // Field 11 with a message of two bytes, then field 1000 as a varint.
        let bytes: [UInt8] = [11 << 3 | 2, 2, 8, 1, 0xc0, 0x3e, 5]
        let isUnknown = try bytes.withUnsafeBytes { bytes in
            if case .unknown = try FrameParser.parse(bytes) { true } else { false }
        }
        #expect(isUnknown)
    }

    @Test func refusesNULAndBadTextInMethods() throws {
        for method in [[0x61, 0], [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80]] as [[UInt8]] {
            let request = [2 << 3 | 2, UInt8(method.count)] + method
            let frame = [2 << 3 | 2, UInt8(request.count)] + request
            #expect(throws: FrameFault.badText) { try parsed(frame) }
        }
    }

    @Test func readsLengths() {
        let readings: [([UInt8], FrameLength.Reading)] = [
            ([0, 0, 0], .incomplete), ([0, 0, 0, 0], .empty), ([0, 0, 1, 0], .frame(byteCount: 256)),
            ([0, 0, 1, 1], .tooLarge), ([255, 255, 255, 255], .tooLarge),
        ]
        for (bytes, expected) in readings {
            #expect(bytes.withUnsafeBytes { FrameLength.read($0, limit: 256) } == expected)
        }
    }

    @Test func writesNothingIntoTooLittleMemory() {
        var memory = [UInt8](repeating: 0, count: 5)
        #expect(memory.withUnsafeMutableBytes { OutgoingFrame.ping(nonce: 1).write(into: $0) } == false)
        #expect(memory == [0, 0, 0, 0, 0])
    }

    // MARK: Helpers

    /// Both accept the bytes with the same meaning, or both refuse them.
    private func compare(_ bytes: [UInt8], seed: UInt64) throws {
        let expected = try? Frame(serialized: bytes, from: .request)
        let actual = Result { try parsed(bytes) }
        switch actual {
        case .success(let frame): #expect(frame == expected, "seed \(seed), bytes \(bytes)")
        case .failure(FrameFault.twoKinds): break  // protobuf-c takes the last one.
        case .failure: #expect(expected == nil, "seed \(seed), bytes \(bytes)")
        }
    }

    private func parsed(_ bytes: [UInt8]) throws -> Frame {
        try bytes.withUnsafeBytes { try Frame(FrameParser.parse($0)) }
    }

    private func written(_ frame: OutgoingFrame) -> [UInt8] {
        var memory = [UInt8](repeating: 0xee, count: frame.byteCount)
        let isWritten = memory.withUnsafeMutableBytes { frame.write(into: $0) }
        #expect(isWritten)
        let length = memory.withUnsafeBytes { FrameLength.read($0, limit: .max) }
        #expect(length == .frame(byteCount: frame.frameByteCount))
        return Array(memory.dropFirst(FrameLength.byteCount))
    }

    private func outgoing(_ frame: Frame) throws -> OutgoingFrame? {
        switch frame.kind {
        case .hello(let hello): .hello(.bytes(try hello.serialized()))
        case .request(let request):
            .request(
                OutgoingRequest(
                    callID: request.callID, method: request.method, timeoutMilliseconds: request.timeoutMs,
                    metadata: request.metadata, payload: request.payload))
        case .response(let response):
            .response(
                callID: response.callID, status: .bytes(try response.status?.serialized() ?? []),
                payload: .bytes(response.payload))
        case .streamItem(let item): .streamItem(callID: item.callID, payload: .bytes(item.payload))
        case .cancel(let cancel): .cancel(callID: cancel.callID)
        case .windowUpdate(let update): .windowUpdate(callID: update.callID, bytes: update.bytes)
        case .ping(let ping): .ping(nonce: ping.nonce)
        case .pong(let pong): .pong(nonce: pong.nonce)
        case .goAway(let goAway): .goAway(.bytes(try goAway.serialized()))
        case .endOfStream, nil: nil
        }
    }
}

extension Frame {
    /// The generated value with what the hand-written parser saw.
    init(_ frame: IncomingFrame) throws {
        self.init()
        switch frame {
        case .hello(let bytes): kind = .hello(try Hello(serialized: Array(bytes), from: .request))
        case .goAway(let bytes): kind = .goAway(try GoAway(serialized: Array(bytes), from: .request))
        case .request(let request): kind = .request(try Request(request))
        case .response(let response): kind = .response(try Response(response))
        case .streamItem(let callID, let payload):
            kind = .streamItem(StreamItem(callID: callID, payload: Array(payload)))
        case .endOfStream(let callID): kind = .endOfStream(EndOfStream(callID: callID))
        case .cancel(let callID): kind = .cancel(Cancel(callID: callID))
        case .windowUpdate(let callID, let bytes): kind = .windowUpdate(WindowUpdate(callID: callID, bytes: bytes))
        case .ping(let nonce): kind = .ping(Ping(nonce: nonce))
        case .pong(let nonce): kind = .pong(Pong(nonce: nonce))
        case .unknown: break
        }
    }
}

extension Request {
    init(_ request: IncomingRequest) throws {
        self.init(
            callID: request.callID, method: String(decoding: request.method, as: UTF8.self),
            timeoutMs: request.timeoutMilliseconds, metadata: try request.metadata.copied(),
            payload: Array(request.payload), streaming: request.isStreaming)
    }
}

extension Response {
    init(_ response: IncomingResponse) throws {
        let status = try response.status.map { try Status(serialized: Array($0), from: .request) }
        self.init(
            callID: response.callID, status: status, payload: Array(response.payload),
            metadata: try response.metadata.copied())
    }
}
