internal import Model

/// What a layer's file says of itself, as far as the engine relies on it.
struct QCOW2Header: Hashable {
    static let magic: UInt32 = 0x5146_49FB
    static let version: UInt32 = 3
    /// Bytes of the fixed part.
    static let byteCount = 112
    /// Bytes to read of a file for its header: names of backing files are at most 1023 bytes long and near its
    /// beginning.
    static let readByteCount = 4096
    private static let longestBackingName: UInt32 = 1023
    private static let dirtyFeature: UInt64 = 1 << 0
    private static let corruptFeature: UInt64 = 1 << 1

    let size: ByteCount
    let backingName: String?
    /// QEMU found the image damaged and opens it no more for writing.
    let isCorrupt: Bool
    /// Its reference counts may be wrong: only images with lazy ones are marked so, and we make none.
    let isDirty: Bool

    // Where its tables are; see `QCOW2Tables`.
    let clusterBits: UInt32
    let level1EntryCount: UInt32
    let level1Offset: UInt64
    let refcountTableOffset: UInt64
    let refcountTableClusterCount: UInt32
    /// Features without which it must not be opened.
    let features: UInt64

    /// - Parameter isPrefix: only the fixed part is there and looked at: `backingName` is nil.
    /// - Returns: nil if these are not the first bytes of a whole qcow2 header, version 3.
    init?(_ bytes: [UInt8], isPrefix: Bool = false) {
        guard bytes.count >= Self.byteCount, Self.integer(bytes, at: 0) == Self.magic,
            Self.integer(bytes, at: 4) == Self.version, let size = Int64(exactly: Self.integer(bytes, at: 24) as UInt64)
        else { return nil }
        self.size = ByteCount(bytes: size)
        clusterBits = Self.integer(bytes, at: 20)
        level1EntryCount = Self.integer(bytes, at: 36)
        level1Offset = Self.integer(bytes, at: 40)
        refcountTableOffset = Self.integer(bytes, at: 48)
        refcountTableClusterCount = Self.integer(bytes, at: 56)
        features = Self.integer(bytes, at: 72)
        isCorrupt = features & Self.corruptFeature != 0
        isDirty = features & Self.dirtyFeature != 0

        let offset: UInt64 = Self.integer(bytes, at: 8)
        guard offset != 0, !isPrefix else {
            backingName = nil
            return
        }
        let length: UInt32 = Self.integer(bytes, at: 16)
        guard length <= Self.longestBackingName, offset <= UInt64(bytes.count),
            UInt64(length) <= UInt64(bytes.count) - offset
        else { return nil }
        let start = Int(offset)
        backingName = String(decoding: bytes[start..<start + Int(length)], as: UTF8.self)
    }

    private static func integer<Value: FixedWidthInteger>(_ bytes: [UInt8], at offset: Int) -> Value {
        bytes[offset..<offset + MemoryLayout<Value>.size].reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
    }
}
