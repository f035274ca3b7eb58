import Testing

@testable import ProtobufC

@Suite struct WireReaderTests {
    @Test(
        arguments: [
            ([0x00], 0), ([0x7f], 127), ([0x80, 0x01], 128), ([0x80, 0x00], 0),
            ([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], UInt64.max),
            ([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], 1 << 63),
        ] as [([UInt8], UInt64)])
    func readsVarints(bytes: [UInt8], value: UInt64) throws {
        #expect(try read(bytes) { reader throws(WireFault) in try reader.varint() } == value)
    }

    @Test func refusesVarintsBeyond64Bits() {
        let long = [UInt8](repeating: 0xff, count: 9)
        #expect(throws: WireFault.varintOverflow) { try read(long + [0x02]) { r throws(WireFault) in try r.varint() } }
        #expect(throws: WireFault.varintOverflow) {
            try read(long + [0x81, 0x00]) { r throws(WireFault) in try r.varint() }
        }
    }

    @Test(arguments: 0..<10) func refusesTruncatedVarints(count: Int) {
        let bytes = [UInt8](repeating: 0x80, count: count)
        #expect(throws: WireFault.truncated) { try read(bytes) { r throws(WireFault) in try r.varint() } }
    }

    @Test(
        arguments: [[0x00], [0x02], [0x80, 0x80, 0x80, 0x80, 0x10], [0x88, 0x80, 0x80, 0x80, 0x80, 0x00]] as [[UInt8]])
    func refusesTagsThatAreNoFieldNumber(bytes: [UInt8]) {
        #expect(throws: WireFault.badTag) { try read(bytes) { r throws(WireFault) in try r.tag().number } }
    }

    @Test(arguments: [3, 4, 6, 7] as [UInt8]) func refusesGroupsAndReservedTypes(type: UInt8) {
        #expect(throws: WireFault.unsupportedWireType) {
            try read([8 | type]) { r throws(WireFault) in try r.tag().number }
        }
    }

    @Test func neverReadsPastALength() throws {
        #expect(throws: WireFault.truncated) {
            try read([0x03, 1, 2]) { r throws(WireFault) in try r.lengthDelimited().byteCount }
        }
        #expect(throws: WireFault.truncated) {
            try read([0xff, 0xff, 0xff, 0xff, 0x0f]) { r throws(WireFault) in try r.lengthDelimited().byteCount }
        }
        #expect(try read([0x02, 1, 2]) { r throws(WireFault) in try r.lengthDelimited().byteCount } == 2)
    }

    /// Reads from memory of exactly the size, so that the address sanitizer would see a step beyond.
    private func read<Value>(
        _ bytes: [UInt8], _ body: (inout WireReader) throws(WireFault) -> Value
    ) throws(WireFault) -> Value {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 1)
        defer { memory.deallocate() }
        memory.copyBytes(from: bytes)
        var reader = WireReader(start: UnsafeRawPointer(memory.baseAddress!), byteCount: bytes.count)
        return try body(&reader)
    }
}
