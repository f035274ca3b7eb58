internal import Model

/// An empty qcow2 image, version 3: what `qemu-img create` would write, as bytes at offsets.
///
/// An overlay must be durable before a cut, while the guest waits for the cut's answer. Writing its few kilobytes here
/// costs one flush of the file system's journal; two jobs and four more commands of a block process cost it twice over.
/// Format: QEMU, docs/interop/qcow2.txt. The image is read back by `qemu-img check` and `info` in the tests.
struct QCOW2Image {
    static let clusterByteCount: UInt64 = 1 << clusterBits
    private static let clusterBits: UInt32 = 16
    /// Bytes of a volume that one entry of the level 1 table maps: a cluster of 8-byte entries, a cluster each.
    private static let bytesPerTableEntry = clusterByteCount * (clusterByteCount / 8)
    /// Header, refcount table and refcount block, one cluster each; the level 1 table follows.
    private static let clustersBeforeTable: UInt64 = 3

    let size: ByteCount
    /// File name of the image that this one rests on, in the same folder.
    let backingName: String?

    private var tableEntryCount: UInt64 {
        let size = UInt64(self.size.bytes)
        return size / Self.bytesPerTableEntry + (size.isMultiple(of: Self.bytesPerTableEntry) ? 0 : 1)
    }

    private var clusterCount: UInt64 {
        let tableByteCount = tableEntryCount * 8
        return Self.clustersBeforeTable + (tableByteCount + Self.clusterByteCount - 1) / Self.clusterByteCount
    }

    /// Bytes in the file; a longer file holds data.
    var fileByteCount: UInt64 { clusterCount * Self.clusterByteCount }

    /// What is not zero in the file. It fits one cluster each for every size that a volume may have.
    var pieces: [(offset: UInt64, bytes: [UInt8])] {
        var refcountTable = BigEndianBytes()
        refcountTable.append(Self.clusterByteCount * 2)
        var refcountBlock = BigEndianBytes()
        for _ in 0..<clusterCount { refcountBlock.append(UInt16(1)) }
        return [
            (0, header), (Self.clusterByteCount, refcountTable.bytes), (Self.clusterByteCount * 2, refcountBlock.bytes),
        ]
    }

    private var header: [UInt8] {
        let name = Array((backingName ?? "").utf8)
        let nameOffset = UInt64(QCOW2Header.byteCount + (backingName == nil ? 8 : 24))
        var header = BigEndianBytes()
        header.append(QCOW2Header.magic)
        header.append(QCOW2Header.version)
        header.append(backingName == nil ? UInt64(0) : nameOffset)
        header.append(UInt32(name.count))
        header.append(Self.clusterBits)
        header.append(UInt64(size.bytes))
        header.append(UInt32(0))  // encryption: none
        header.append(UInt32(tableEntryCount))
        header.append(Self.clustersBeforeTable * Self.clusterByteCount)
        header.append(Self.clusterByteCount)  // offset of the refcount table
        header.append(UInt32(1))  // its clusters
        header.append(UInt32(0))  // internal snapshots
        header.append(UInt64(0))
        for _ in 0..<3 { header.append(UInt64(0)) }  // features: incompatible, compatible, autoclear
        header.append(UInt32(4))  // refcounts of 2^4 bits
        header.append(UInt32(QCOW2Header.byteCount))
        header.append(UInt64(0))  // compression type: deflate
        if backingName != nil {
            header.append(UInt32(0xE279_2ACA))  // extension: format of the backing file
            header.append(UInt32(5))
            header.bytes += Array("qcow2".utf8) + [0, 0, 0]
        }
        header.append(UInt64(0))  // end of the extensions
        return header.bytes + name
    }
}

private struct BigEndianBytes {
    var bytes: [UInt8] = []

    mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes += $0 }
    }
}
