import HoldpointMessages
import HoldpointRPC
import ProtobufC
import Testing

/// Bytes that are not what they should be: an error or a message, never the end of the process.
@Suite struct HostileBytesTests {
    @Test func everyMessageSentAsEveryOther() throws {
        var accepted = 0
        var refused = 0
        for sent in HoldpointAPI.messages {
            for seed in 0..<5 as Range<UInt64> {
                let bytes = try RandomMessage.make(sent, seed: seed).serialized()
                for read in HoldpointAPI.messages {
                    if try isReadable(bytes, as: read) { accepted += 1 } else { refused += 1 }
                }
            }
        }
        #expect(accepted > 0 && refused > 0)
    }

    /// Bits flipped, bytes cut, doubled and inserted in real messages.
    @Test(arguments: [0, 1, 2] as [UInt64]) func damagedMessages(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var accepted = 0
        for type in HoldpointAPI.messages {
            let original = try RandomMessage.make(type, seed: seed).serialized()
            for _ in 0..<300 where try isReadable(damaged(original, &generator), as: type) { accepted += 1 }
        }
        #expect(accepted > 0)
    }

    @Test(arguments: [0, 1] as [UInt64]) func randomBytes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for type in HoldpointAPI.messages {
            for _ in 0..<300 {
                let count = Int.random(in: 0..<64, using: &generator)
                _ = try isReadable((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }, as: type)
            }
        }
    }

    /// What is accepted must be a value like any other: it serializes, and reads back as itself.
    private func isReadable(_ bytes: [UInt8], as type: any ProtobufMessage.Type) throws -> Bool {
        guard let message = try? type.init(serialized: bytes, from: .request) else { return false }
        let again = try message.serialized()
        #expect(try type.init(serialized: again, from: .request).serialized() == again)
        return true
    }

    private func damaged(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var result = bytes
        for _ in 0..<Int.random(in: 1...3, using: &generator) where !result.isEmpty {
            let index = Int.random(in: 0..<result.count, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: result[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: result[index] = UInt8.random(in: 0...255, using: &generator)
            case 2: result.remove(at: index)
            case 3: result.insert(UInt8.random(in: 0...255, using: &generator), at: index)
            default: result.append(contentsOf: result[index...])
            }
        }
        return result
    }
}
