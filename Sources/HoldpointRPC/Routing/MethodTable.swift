/// Handlers by the bytes of their names: open addressing, at most half full, names compared in full.
///
/// A Dictionary would need a String, and so an allocation, for every request.
struct MethodTable: Sendable {
    private(set) var handlers: [MethodHandler] = []
    private var names: [[UInt8]] = []
    /// Index into `handlers`, or -1. A power of two in number.
    private var buckets = [Int](repeating: -1, count: 16)

    /// False if the name is there.
    mutating func insert(_ handler: MethodHandler) -> Bool {
        let name = Array(handler.name.utf8)
        guard name.withUnsafeBytes({ self.handler(name: $0) }) == nil else { return false }
        handlers.append(handler)
        names.append(name)
        if handlers.count * 2 > buckets.count { buckets = [Int](repeating: -1, count: buckets.count * 2) }
        for index in names.indices { place(index) }
        return true
    }

    func handler(name: UnsafeRawBufferPointer) -> MethodHandler? {
        var bucket = home(of: name)
        while buckets[bucket] >= 0 {
            let index = buckets[bucket]
            if names[index].withUnsafeBytes({ $0.elementsEqual(name) }) { return handlers[index] }
            bucket = (bucket + 1) & (buckets.count - 1)
        }
        return nil
    }

    private mutating func place(_ index: Int) {
        var bucket = names[index].withUnsafeBytes { home(of: $0) }
        while buckets[bucket] >= 0 {
            if buckets[bucket] == index { return }
            bucket = (bucket + 1) & (buckets.count - 1)
        }
        buckets[bucket] = index
    }

    /// FNV-1a. The registered names are ours, so nobody can choose colliding ones.
    private func home(of name: UnsafeRawBufferPointer) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: hash >> 32) & (buckets.count - 1)
    }
}
