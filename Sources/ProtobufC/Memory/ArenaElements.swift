/// Elements of a repeated field that grow in an arena, their number not known before.
struct ArenaElements {
    private static let firstCapacity = 8

    private let stride: Int
    private let arena: Arena
    private var capacity = 0
    private(set) var first: UnsafeMutableRawPointer?
    private(set) var count = 0

    init(stride: Int, arena: Arena) {
        self.stride = stride
        self.arena = arena
    }

    /// Room for one more, filled with zero bytes.
    ///
    /// - Throws: `limit` when the arena's budget is spent.
    mutating func append() throws(MessageError) -> UnsafeMutableRawPointer {
        let start = try reserve()
        let place = start + count * stride
        count += 1
        return place
    }

    private mutating func reserve() throws(MessageError) -> UnsafeMutableRawPointer {
        if count < capacity, let first { return first }
        capacity = max(Self.firstCapacity, capacity * 2)
        let grown = try arena.allocate(byteCount: capacity * stride, alignment: 8)
        grown.initializeMemory(as: UInt8.self, repeating: 0, count: capacity * stride)
        if let first { grown.copyMemory(from: first, byteCount: count * stride) }
        first = grown
        return grown
    }
}
