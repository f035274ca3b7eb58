/// Reads the `Frame` envelope in place, strictly: exactly one kind, or only unknown fields.
///
/// It accepts what protobuf-c's generated `Frame` behind ProtobufC's guard accepts, but refuses two kinds in a frame;
/// the content of `Hello`, `GoAway` and `Status` is left to their generated messages.
public enum FrameParser {
    /// - Parameter frame: the bytes behind the length.
    public static func parse(_ frame: UnsafeRawBufferPointer) throws(FrameFault) -> IncomingFrame {
        var reader = FrameReader(frame)
        var parsed: IncomingFrame?
        while let tag = try reader.tag() {
            guard (1...10).contains(tag.number) else {
                try reader.skip(tag)
                continue
            }
            let content = try reader.bytes(tag)
            guard parsed == nil else { throw .twoKinds }
            parsed = try kind(tag.number, content)
        }
        return parsed ?? .unknown
    }

    private static func kind(_ number: UInt32, _ content: UnsafeRawBufferPointer) throws(FrameFault) -> IncomingFrame {
        switch number {
        case 1: .hello(content)
        case 2: .request(try request(content))
        case 3: .response(try response(content))
        case 4: try streamItem(content)
        case 5: .endOfStream(callID: try callID(content))
        case 6: .cancel(callID: try callID(content))
        case 7: try windowUpdate(content)
        case 8: .ping(nonce: try nonce(content))
        case 9: .pong(nonce: try nonce(content))
        case 10: .goAway(content)
        default: .unknown
        }
    }

    private static func request(_ content: UnsafeRawBufferPointer) throws(FrameFault) -> IncomingRequest {
        var request = IncomingRequest()
        var reader = FrameReader(content)
        while let tag = try reader.tag() {
            switch tag.number {
            case 1: request.callID = try reader.uint32(tag)
            case 2: request.method = try reader.text(tag)
            case 3: request.timeoutMilliseconds = try reader.uint32(tag)
            case 4: try request.metadata.add(try reader.bytes(tag), of: content, fieldNumber: 4)
            case 5: request.payload = try reader.bytes(tag)
            case 6: request.isStreaming = try reader.uint64(tag) != 0
            default: try reader.skip(tag)
            }
        }
        return request
    }

    private static func response(_ content: UnsafeRawBufferPointer) throws(FrameFault) -> IncomingResponse {
        var response = IncomingResponse()
        var reader = FrameReader(content)
        while let tag = try reader.tag() {
            switch tag.number {
            case 1: response.callID = try reader.uint32(tag)
            case 2:
                guard response.status == nil else { throw .duplicateMember }
                response.status = try reader.bytes(tag)
            case 3: response.payload = try reader.bytes(tag)
            case 4: try response.metadata.add(try reader.bytes(tag), of: content, fieldNumber: 4)
            default: try reader.skip(tag)
            }
        }
        return response
    }

    private static func streamItem(_ content: UnsafeRawBufferPointer) throws(FrameFault) -> IncomingFrame {
        var callID: UInt32 = 0
        var payload = UnsafeRawBufferPointer(start: nil, count: 0)
        var reader = FrameReader(content)
        while let tag = try reader.tag() {
            switch tag.number {
            case 1: callID = try reader.uint32(tag)
            case 2: payload = try reader.bytes(tag)
            default: try reader.skip(tag)
            }
        }
        return .streamItem(callID: callID, payload: payload)
    }

    private static func windowUpdate(_ content: UnsafeRawBufferPointer) throws(FrameFault) -> IncomingFrame {
        var callID: UInt32 = 0
        var bytes: UInt32 = 0
        var reader = FrameReader(content)
        while let tag = try reader.tag() {
            switch tag.number {
            case 1: callID = try reader.uint32(tag)
            case 2: bytes = try reader.uint32(tag)
            default: try reader.skip(tag)
            }
        }
        return .windowUpdate(callID: callID, bytes: bytes)
    }

    /// `EndOfStream` and `Cancel` have the call's id and nothing else.
    private static func callID(_ content: UnsafeRawBufferPointer) throws(FrameFault) -> UInt32 {
        UInt32(truncatingIfNeeded: try firstField(content))
    }

    /// `Ping` and `Pong` have a nonce and nothing else.
    private static func nonce(_ content: UnsafeRawBufferPointer) throws(FrameFault) -> UInt64 {
        try firstField(content)
    }

    private static func firstField(_ content: UnsafeRawBufferPointer) throws(FrameFault) -> UInt64 {
        var value: UInt64 = 0
        var reader = FrameReader(content)
        while let tag = try reader.tag() {
            if tag.number == 1 {
                value = try reader.uint64(tag)
            } else {
                try reader.skip(tag)
            }
        }
        return value
    }
}
