/// The chunks of an arena and the place of the next allocation in the newest.
struct ArenaState {
    /// First chunk; an ordinary request fits.
    private static let firstChunkBytes = 32 << 10
    /// Chunks double up to this; what is larger gets a chunk of its own size.
    private static let largestChunkBytes = 1 << 20

    let budgetBytes: Int
    private(set) var heldBytes = 0
    private var chunks: [UnsafeMutableRawBufferPointer] = []
    private var next = 0
    private var end = 0

    init(budgetBytes: Int) {
        self.budgetBytes = budgetBytes
    }

    /// Nil when the budget is spent. `alignment` is a power of two, at most 16.
    mutating func allocate(byteCount: Int, alignment: Int) -> UnsafeMutableRawPointer? {
        guard byteCount >= 0 else { return nil }
        let start = (next + alignment - 1) & ~(alignment - 1)
        if start <= end, byteCount <= end - start, next != 0 {
            next = start + byteCount
            return UnsafeMutableRawPointer(bitPattern: start)
        }
        guard addChunk(atLeast: byteCount) else { return nil }
        let first = next
        next += byteCount
        return UnsafeMutableRawPointer(bitPattern: first)
    }

    /// Takes a chunk from the system, within the budget.
    private mutating func addChunk(atLeast byteCount: Int) -> Bool {
        let remaining = budgetBytes - heldBytes
        guard byteCount <= remaining else { return false }
        let usual = chunks.isEmpty ? Self.firstChunkBytes : min(heldBytes, Self.largestChunkBytes)
        let size = max(byteCount, min(usual, remaining), 1)
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
        chunks.append(chunk)
        heldBytes += size
        use(chunk)
        return true
    }

    /// Gives chunks back: all, or all but the first, which is then empty again.
    mutating func release(keepingFirst: Bool) {
        guard chunks.count > 1 || !keepingFirst else {
            chunks.first.map { use($0) }
            return
        }
        let kept = keepingFirst ? chunks.first : nil
        for chunk in chunks.dropFirst(keepingFirst ? 1 : 0) { chunk.deallocate() }
        chunks = kept.map { [$0] } ?? []
        heldBytes = kept?.count ?? 0
        (next, end) = (0, 0)
        kept.map { use($0) }
    }

    private mutating func use(_ chunk: UnsafeMutableRawBufferPointer) {
        next = Int(bitPattern: chunk.baseAddress)
        end = next + chunk.count
    }
}
