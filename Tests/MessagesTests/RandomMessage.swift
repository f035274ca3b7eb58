import CProtobufC

@testable import ProtobufC

/// SplitMix64 (Steele, Lea, Flood 2014): the same seed gives the same messages everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

/// Fills C structs of any message type with random contents that a client could have sent.
struct RandomMessage {
    private static let texts = [
        "", "a", "vol-abcdefghijkl", "é", "e\u{301}", "日本語", "👩‍👩‍👧", "\"quoted\" \\ back", "line\nbreak\ttab\r",
        "\u{1}\u{1f}\u{7f}",
        "\u{2028}</script>", String(repeating: "long ", count: 100),
    ]
    private static let integers: [UInt64] = [
        0, 1, 127, 128, 255, 1 << 31 - 1, 1 << 31, 1 << 32 - 1, 1 << 32, 1 << 53, 1 << 53 + 1, 1 << 63 - 1, 1 << 63,
        .max,
    ]
    private static let reals: [Double] = [
        0, 1, -1, 0.1, 1e300, -1e-300, 0.3333333333333333, .infinity, -.infinity, .leastNormalMagnitude,
    ]

    private var generator: SeededGenerator
    private let arena: Arena

    static func make<Message: ProtobufMessage>(_ type: Message.Type, seed: UInt64) throws -> Message {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        var random = RandomMessage(generator: SeededGenerator(seed: seed), arena: arena)
        return try Message(copying: try random.message(type.descriptor).start)
    }

    private mutating func message(_ type: MessageDescriptor) throws -> MessageMemory {
        let message = try MessageMemory(new: type, in: arena)
        switch type.wellKnown {
        case .timestamp: timestamp(message)
        case .fieldMask: try fieldMask(message)
        case nil: for field in type.fields { try member(field, of: message) }
        }
        return message
    }

    private mutating func member(_ field: ProtobufCFieldDescriptor, of message: MessageMemory) throws {
        if field.isOneofMember {
            guard message.oneofCase(field) == 0, Bool.random(using: &generator) else { return }
            message.setOneofCase(field)
        } else if field.type == PROTOBUF_C_TYPE_MESSAGE && Int.random(in: 0..<3, using: &generator) == 0 {
            return
        }
        guard field.isRepeated else { return try value(field, into: message.member(field)) }
        var elements = ArenaElements(stride: field.elementStride, arena: arena)
        for index in 0..<Int.random(in: 0..<4, using: &generator) {
            let place = try elements.append()
            try field.isMap ? entry(index, field, into: place) : value(field, into: place)
        }
        message.setElements(field, elements.first, count: elements.count)
    }

    /// Keys rise, as serializing sorts them. No value is empty: protobuf-c leaves those out, Google's library does not.
    private mutating func entry(
        _ index: Int, _ field: ProtobufCFieldDescriptor, into place: UnsafeMutableRawPointer
    ) throws {
        let entry = try MessageMemory(new: field.messageType, in: arena)
        try text("key \(index) \(randomText())", into: entry.member(entry.type.fields[0]))
        try text("value \(randomText())", into: entry.member(entry.type.fields[1]))
        place.storeBytes(of: entry.start, as: UnsafeMutableRawPointer.self)
    }

    private mutating func value(_ field: ProtobufCFieldDescriptor, into place: UnsafeMutableRawPointer) throws {
        switch field.type {
        case PROTOBUF_C_TYPE_MESSAGE:
            place.storeBytes(of: try message(field.messageType).start, as: UnsafeMutableRawPointer.self)
        case PROTOBUF_C_TYPE_STRING: try text(randomText(), into: place)
        case PROTOBUF_C_TYPE_BYTES:
            let bytes = (0..<Int.random(in: 0..<20, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            place.storeBytes(of: try arena.bytes(bytes), as: ProtobufCBinaryData.self)
        case PROTOBUF_C_TYPE_ENUM:
            let values = UnsafeBufferPointer(
                start: field.enumType.pointee.values, count: Int(field.enumType.pointee.n_values))
            place.storeBytes(of: values.randomElement(using: &generator)?.value ?? 0, as: Int32.self)
        case PROTOBUF_C_TYPE_BOOL: place.storeBytes(of: Bool.random(using: &generator) ? 1 : 0, as: Int32.self)
        case PROTOBUF_C_TYPE_DOUBLE:
            place.storeBytes(of: Self.reals.randomElement(using: &generator) ?? 0, as: Double.self)
        default:
            let integer = Self.integers.randomElement(using: &generator) ?? 0
            if field.elementStride == 8 {
                place.storeBytes(of: integer, as: UInt64.self)
            } else {
                place.storeBytes(of: UInt32(truncatingIfNeeded: integer), as: UInt32.self)
            }
        }
    }

    private mutating func randomText() -> String {
        Self.texts.randomElement(using: &generator) ?? ""
    }

    private func text(_ text: String, into place: UnsafeMutableRawPointer) throws {
        place.storeBytes(of: try arena.string(text, "random"), as: UnsafeMutablePointer<CChar>.self)
    }

    private mutating func timestamp(_ message: MessageMemory) {
        let seconds = Int64.random(in: -62_135_596_800...253_402_300_799, using: &generator)
        let nanos = [0, 500_000_000, 123_456_789, 999_999_999, 1].randomElement(using: &generator) ?? 0
        message.member(message.type.fields[0]).storeBytes(of: seconds, as: Int64.self)
        message.member(message.type.fields[1]).storeBytes(of: Int32(nanos), as: Int32.self)
    }

    private mutating func fieldMask(_ message: MessageMemory) throws {
        let paths = ["name", "deletion_protection", "volume.size_bytes"].prefix(
            Int.random(in: 0...3, using: &generator))
        let pointers = try arena.strings(Array(paths), "paths")
        message.setElements(message.type.fields[0], pointers.map { UnsafeMutableRawPointer($0) }, count: paths.count)
    }
}
