import CProtobufC
import Testing

@testable import ProtobufC

/// The profile has no recursive messages; a hand-made one shows that the guard does not rely on that.
@Suite struct NestingTests {
    @Test(arguments: [0, 1, 15, 16]) func acceptsUpToTheLimit(levels: Int) throws {
        try check(nested(levels))
    }

    @Test(arguments: [17, 18, 64, 1000, 20_000]) func refusesDeeper(levels: Int) {
        let error = #expect(throws: MessageError.self) { try check(nested(levels)) }
        guard case .limit = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.field.hasPrefix("child.child.") == true)
    }

    private func check(_ bytes: [UInt8]) throws {
        let recursive = RecursiveType()
        try bytes.withUnsafeBytes { try WireGuard.check($0, as: recursive.descriptor, from: .request) }
    }

    /// `child { child { … } }`
    private func nested(_ levels: Int) -> [UInt8] {
        var reversed: [UInt8] = []
        for _ in 0..<levels {
            var length: [UInt8] = []
            var rest = reversed.count
            while rest >= 0x80 {
                length.append(UInt8(rest & 0x7f) | 0x80)
                rest >>= 7
            }
            length.append(UInt8(rest))
            reversed += length.reversed() + [0x0a]
        }
        return reversed.reversed()
    }
}

/// `message Recursive { Recursive child = 1; }`
private final class RecursiveType {
    private let message = UnsafeMutablePointer<ProtobufCMessageDescriptor>.allocate(capacity: 1)
    private let field = UnsafeMutablePointer<ProtobufCFieldDescriptor>.allocate(capacity: 1)
    private let name = UnsafeMutablePointer<CChar>.allocate(capacity: 6)

    init() {
        for (index, byte) in "child\0".utf8.enumerated() { name[index] = CChar(byte) }
        var child = ProtobufCFieldDescriptor()
        child.name = UnsafePointer(name)
        child.id = 1
        child.label = PROTOBUF_C_LABEL_NONE
        child.type = PROTOBUF_C_TYPE_MESSAGE
        child.descriptor = UnsafeRawPointer(message)
        field.initialize(to: child)
        var type = ProtobufCMessageDescriptor()
        type.name = UnsafePointer(name)
        type.n_fields = 1
        type.fields = UnsafePointer(field)
        message.initialize(to: type)
    }

    deinit {
        message.deallocate()
        field.deallocate()
        name.deallocate()
    }

    var descriptor: MessageDescriptor { MessageDescriptor(pointer: UnsafePointer(message)) }
}
