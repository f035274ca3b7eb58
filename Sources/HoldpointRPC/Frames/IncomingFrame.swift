/// A received frame, as views into the received bytes. Legal only where the bytes are.
public enum IncomingFrame {
    /// The content of a `Hello`, for the generated message.
    case hello(UnsafeRawBufferPointer)
    case request(IncomingRequest)
    case response(IncomingResponse)
    case streamItem(callID: UInt32, payload: UnsafeRawBufferPointer)
    case endOfStream(callID: UInt32)
    case cancel(callID: UInt32)
    case windowUpdate(callID: UInt32, bytes: UInt32)
    case ping(nonce: UInt64)
    case pong(nonce: UInt64)
    /// The content of a `GoAway`, for the generated message.
    case goAway(UnsafeRawBufferPointer)
    /// A kind that is newer than this program; ignored, but counted.
    case unknown
}

/// The fields of a `Request`.
public struct IncomingRequest {
    public internal(set) var callID: UInt32 = 0
    /// Checked to be UTF-8 without NUL.
    public internal(set) var method = UnsafeRawBufferPointer(start: nil, count: 0)
    /// 0: none.
    public internal(set) var timeoutMilliseconds: UInt32 = 0
    public internal(set) var metadata = IncomingMetadata()
    public internal(set) var payload = UnsafeRawBufferPointer(start: nil, count: 0)
    public internal(set) var isStreaming = false
}

/// The fields of a `Response`.
public struct IncomingResponse {
    public internal(set) var callID: UInt32 = 0
    /// The content of a `Status`, for the generated message; nil: absent, which is OK.
    public internal(set) var status: UnsafeRawBufferPointer?
    public internal(set) var payload = UnsafeRawBufferPointer(start: nil, count: 0)
    public internal(set) var metadata = IncomingMetadata()
}

/// Keys and values beside a call. They are counted while the frame is read, and copied only once the count is allowed.
public struct IncomingMetadata {
    /// Bytes of all keys and values.
    public private(set) var byteCount = 0
    /// Number of entries.
    public private(set) var count = 0
    private var frame = UnsafeRawBufferPointer(start: nil, count: 0)
    private var fieldNumber: UInt32 = 0

    init() {}

    /// Counts an entry after checking it.
    ///
    /// - Parameters:
    ///   - frame: content of the `Request` or `Response` that the entry is in.
    ///   - fieldNumber: the number of `metadata` there.
    mutating func add(_ entry: UnsafeRawBufferPointer, of frame: UnsafeRawBufferPointer, fieldNumber: UInt32)
        throws(FrameFault)
    {
        let (key, value) = try Self.parse(entry)
        byteCount += key.count + value.count
        count += 1
        self.frame = frame
        self.fieldNumber = fieldNumber
    }

    /// Copies the entries, in their order. Reads the frame a second time, which only calls with metadata pay for.
    public func copied() throws(FrameFault) -> [Metadata] {
        guard count > 0 else { return [] }
        var entries: [Metadata] = []
        entries.reserveCapacity(count)
        var reader = FrameReader(frame)
        while let tag = try reader.tag() {
            guard tag.number == fieldNumber else {
                try reader.skipDeclared(tag)
                continue
            }
            let (key, value) = try Self.parse(try reader.bytes(tag))
            var entry = Metadata()
            entry.key = String(decoding: key, as: UTF8.self)
            entry.value = Array(value)
            entries.append(entry)
        }
        return entries
    }

    private static func parse(_ entry: UnsafeRawBufferPointer) throws(FrameFault)
        -> (key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)
    {
        var key = UnsafeRawBufferPointer(start: nil, count: 0)
        var value = key
        var reader = FrameReader(entry)
        while let tag = try reader.tag() {
            switch tag.number {
            case 1: key = try reader.text(tag)
            case 2: value = try reader.bytes(tag)
            default: try reader.skip(tag)
            }
        }
        return (key, value)
    }
}
