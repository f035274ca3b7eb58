import HoldpointMessages
import Testing

@testable import ProtobufC

/// 4 MiB that would cost protobuf-c minutes or gigabytes.
@Suite struct BombTests {
    /// `operation { revision: 1 }` again and again: merging is quadratic, 85 s and more without the guard.
    private static let merge = Wire.bomb(Wire.bytes(field: 2, Wire.varint(field: 12, 1)))
    /// Two million empty volumes: each two bytes become a struct.
    private static let wide = Wire.bomb(Wire.bytes(field: 1, []))

    @Test func theGuardRefusesMerging() {
        let arena = Arena()
        expectMalformed(Self.merge, as: VolumeAnswer.self, field: "operation", "twice")
        #expect(throws: MessageError.self) { try read(Self.merge, as: VolumeAnswer.self, in: arena) }
        #expect(arena.allocatedBytes == 0)
    }

    @Test func theGuardRefusesManyFields() {
        let arena = Arena()
        expectLimit(Self.wide, as: ListVolumesResponse.self, "100000 fields")
        #expect(throws: MessageError.self) { try read(Self.wide, as: ListVolumesResponse.self, in: arena) }
        #expect(arena.allocatedBytes == 0)
    }

    /// The second line of defence, if the guard ever had a hole.
    @Test func theBudgetStopsBothWithoutTheGuard() {
        for (bytes, type) in [(Self.merge, VolumeAnswer.descriptor), (Self.wide, ListVolumesResponse.descriptor)] {
            let arena = Arena()
            let error = #expect(throws: MessageError.self) {
                try bytes.withUnsafeBytes { _ = try type.unpackGuarded($0, in: arena) }
            }
            guard case .limit = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(arena.allocatedBytes <= 64 << 20)
            #expect(arena.allocatedBytes > 32 << 20)
        }
    }

    /// The most that passes the guard fits into the budget.
    @Test func theWidestLegalMessageFits() throws {
        let arena = Arena()
        let bytes = Array(repeatElement(Wire.bytes(field: 1, []), count: 100_000).joined())
        let response = try read(bytes, as: ListVolumesResponse.self, in: arena)
        #expect(response.volumes.count == 100_000)
        #expect(arena.allocatedBytes <= 64 << 20)
    }

    @Test func aSmallBudgetRefusesAnOrdinaryMessage() throws {
        let bytes = try ListVolumesResponse(volumes: Array(repeating: Volume(name: "a"), count: 100)).serialized()
        let arena = Arena(budgetBytes: 8 << 10)
        #expect(throws: MessageError.self) { try read(bytes, as: ListVolumesResponse.self, in: arena) }
        #expect(arena.allocatedBytes <= 8 << 10)
        #expect(throws: MessageError.self) {
            try ListVolumesResponse(volumes: Array(repeating: Volume(name: "a"), count: 100)).prepared(in: arena)
        }
    }

    private func read<Message: ProtobufMessage>(
        _ bytes: [UInt8], as type: Message.Type, in arena: Arena
    ) throws -> Message {
        try bytes.withUnsafeBytes { try Message(serialized: $0, from: .request, arena: arena) }
    }
}
