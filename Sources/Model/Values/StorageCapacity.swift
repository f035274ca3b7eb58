/// Room where the layers are.
public struct StorageCapacity: Hashable, Sendable {
    public let total: ByteCount
    public let free: ByteCount

    public init(total: ByteCount, free: ByteCount) {
        self.total = total
        self.free = free
    }
}
