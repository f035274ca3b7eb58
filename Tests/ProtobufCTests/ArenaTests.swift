import Testing

@testable import ProtobufC

@Suite struct ArenaTests {
    @Test func holdsNoMoreThanItsBudget() throws {
        let arena = Arena(budgetBytes: 1000)
        _ = try arena.allocate(UInt8.self, count: 600)
        #expect(throws: MessageError.self) { try arena.allocate(UInt8.self, count: 401) }
        #expect(arena.allocatedBytes == 1000)
        _ = try arena.allocate(UInt8.self, count: 400)
    }

    @Test func theBudgetIsCumulativeUntilReset() throws {
        let arena = Arena(budgetBytes: 100 << 10)
        var accepted = 0
        while (try? arena.allocate(UInt8.self, count: 1 << 10)) != nil { accepted += 1 }
        #expect(accepted == 100)
        arena.reset()
        #expect(arena.allocatedBytes < 100 << 10)
        _ = try arena.allocate(UInt8.self, count: 50 << 10)
    }

    @Test func takesNothingBeforeTheFirstAllocation() {
        #expect(Arena().allocatedBytes == 0)
    }

    @Test func keepsTheFirstChunkOverResets() throws {
        let arena = Arena()
        let first = try arena.allocate(UInt64.self)
        let held = arena.allocatedBytes
        _ = try arena.allocate(UInt8.self, count: 1 << 20)
        arena.reset()
        #expect(arena.allocatedBytes == held)
        #expect(try arena.allocate(UInt64.self) == first)
    }

    @Test func aligns() throws {
        let arena = Arena()
        for alignment in [1, 2, 4, 8, 16] {
            _ = try arena.allocate(byteCount: 1, alignment: 1)
            let memory = try arena.allocate(byteCount: 3, alignment: alignment)
            #expect(Int(bitPattern: memory) % alignment == 0)
        }
    }

    /// Sizes that the caller computed from hostile counts: overflowed, or negative as a `size_t` in Swift.
    @Test func refusesImpossibleSizes() {
        let arena = Arena()
        #expect(throws: MessageError.self) { try arena.allocate(UInt64.self, count: .max) }
        #expect(throws: MessageError.self) { try arena.allocate(byteCount: -1, alignment: 8) }
        #expect(throws: MessageError.self) { try arena.allocate(byteCount: .max, alignment: 8) }
        _ = try? arena.allocate(UInt8.self)
        #expect(throws: MessageError.self) { try arena.allocate(byteCount: -1, alignment: 8) }
    }

    @Test func whatIsWrittenStaysApart() throws {
        let arena = Arena()
        let blocks = try (0..<2000).map { index in
            let block = try arena.allocate(UInt8.self, count: index % 97 + 1)
            block.initialize(repeating: UInt8(index % 251), count: index % 97 + 1)
            return block
        }
        for (index, block) in blocks.enumerated() {
            let bytes = UnsafeBufferPointer(start: block, count: index % 97 + 1)
            #expect(bytes.allSatisfy { $0 == UInt8(index % 251) })
        }
    }
}
