internal import Engine
internal import Glibc

/// Reads the tables of a qcow2 image against the length of its file: what `qemu-img check` would find first, without
/// starting it. Finds a file that was cut off, and tables that were overwritten; of overwritten data it knows nothing.
///
/// Memory is bounded by a table of each level, time by the size of the tables: some 120 KB for a GiB of data. Format:
/// QEMU, docs/interop/qcow2.txt.
struct QCOW2Tables {
    /// QEMU's own bounds.
    private static let clusterBits: ClosedRange<UInt32> = 9...21
    private static let maximumLevel1ByteCount: UInt64 = 32 << 20
    private static let maximumRefcountTableByteCount: UInt64 = 8 << 20
    /// Incompatible features that this reads: dirty, corrupt, a compression type, subclusters.
    private static let knownFeatures: UInt64 = 0b11011
    private static let subclusterFeature: UInt64 = 1 << 4
    private static let offsetMask: UInt64 = 0x00FF_FFFF_FFFF_FE00
    private static let compressedFlag: UInt64 = 1 << 62

    private let descriptor: Int32
    private let path: String
    private let fileByteCount: UInt64
    private let clusterByteCount: UInt64
    private let clusterBits: UInt64
    private let level1: Table
    private let refcounts: Table
    private let entryByteCount: Int

    private struct Table {
        let offset: UInt64
        let byteCount: UInt64
    }

    /// What is wrong with an image, as the cause of an error.
    private struct Problem: Error {
        let words: String
    }

    /// - Returns: what is wrong; nil: every table lies in the file and refers to places in it.
    /// - Throws: if the file cannot be read.
    static func problem(in path: String) throws(EngineError) -> String? {
        try Files.withDescriptor(of: path, flags: O_RDONLY) { descriptor throws(EngineError) in
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw .system("look at", path, code: errno) }
            let header = try Files.read(from: descriptor, at: 0, upTo: QCOW2Header.byteCount, path: path)
            do {
                let tables = try QCOW2Tables(header, descriptor, path, fileByteCount: UInt64(clamping: status.st_size))
                try tables.checkRefcounts()
                try tables.checkClusters()
                return nil
            } catch let problem as Problem {
                return problem.words
            } catch let error as EngineError {
                throw error
            } catch {
                throw EngineError(.failed, "\(error)")
            }
        }
    }

    private init(_ header: [UInt8], _ descriptor: Int32, _ path: String, fileByteCount: UInt64) throws {
        guard let fields = QCOW2Header(header, isPrefix: true), Self.clusterBits.contains(fields.clusterBits) else {
            throw Problem(words: "its header is not whole")
        }
        guard fields.features & ~Self.knownFeatures == 0 else {
            throw Problem(words: "it needs features that are not ours")
        }
        self.descriptor = descriptor
        self.path = path
        self.fileByteCount = fileByteCount
        clusterBits = UInt64(fields.clusterBits)
        clusterByteCount = 1 << clusterBits
        entryByteCount = fields.features & Self.subclusterFeature == 0 ? 8 : 16
        level1 = Table(offset: fields.level1Offset, byteCount: UInt64(fields.level1EntryCount) * 8)
        refcounts = Table(
            offset: fields.refcountTableOffset, byteCount: UInt64(fields.refcountTableClusterCount) << clusterBits)
        let mapped = clusterByteCount * (clusterByteCount / UInt64(entryByteCount))
        let size = UInt64(clamping: fields.size.bytes)
        guard size / mapped + (size.isMultiple(of: mapped) ? 0 : 1) <= UInt64(fields.level1EntryCount) else {
            throw Problem(words: "its level 1 table is too small for its size")
        }
        try requireInside(level1, "level 1 table", atMost: Self.maximumLevel1ByteCount)
        try requireInside(refcounts, "refcount table", atMost: Self.maximumRefcountTableByteCount)
    }

    private func requireInside(_ table: Table, _ name: String, atMost limit: UInt64) throws {
        guard table.byteCount <= limit, table.offset.isMultiple(of: clusterByteCount), table.offset <= fileByteCount,
            table.byteCount <= fileByteCount - table.offset, table.byteCount == 0 || table.offset > 0
        else {
            throw Problem(
                words: "its \(name) lies at \(table.offset), \(table.byteCount) bytes long, "
                    + "in a file of \(fileByteCount)")
        }
    }

    private func checkRefcounts() throws {
        try forEachEntry(of: refcounts) { block in
            guard block.isMultiple(of: clusterByteCount), block < fileByteCount else {
                throw Problem(words: "a refcount block lies at \(block), in a file of \(fileByteCount)")
            }
        }
    }

    private func checkClusters() throws {
        try forEachEntry(of: level1) { entry in
            let table = Table(offset: entry & Self.offsetMask, byteCount: clusterByteCount)
            guard table.offset != 0 else { throw Problem(words: "an entry of its level 1 table is \(entry)") }
            try requireInside(table, "level 2 table", atMost: clusterByteCount)
            try forEachEntry(of: table, entryByteCount: entryByteCount, checkCluster)
        }
    }

    /// The last cluster of a file may be written in part; QEMU reads zeros behind it.
    private func checkCluster(_ entry: UInt64) throws {
        let isCompressed = entry & Self.compressedFlag != 0
        let offset = isCompressed ? compressedOffset(entry) : entry & Self.offsetMask
        guard offset < fileByteCount, isCompressed || offset.isMultiple(of: clusterByteCount) else {
            throw Problem(words: "its data lies at \(offset), in a file of \(fileByteCount)")
        }
    }

    /// A compressed cluster begins at any byte; the bits above say how many sectors it takes.
    private func compressedOffset(_ entry: UInt64) -> UInt64 { entry & ((1 << (62 - (clusterBits - 8))) - 1) }

    /// Calls `body` with the first eight bytes of each entry where they are not zero. Tables are mostly zeros, which
    /// are skipped a block at a time.
    private func forEachEntry(of table: Table, entryByteCount: Int = 8, _ body: (UInt64) throws -> Void) throws {
        let byteCount = Int(clamping: table.byteCount)
        let bytes = try Files.read(from: descriptor, at: table.offset, upTo: byteCount, path: path)
        guard bytes.count == byteCount else { throw Problem(words: "a table ends with the file") }
        try bytes.withUnsafeBytes { buffer in
            for block in stride(from: 0, to: byteCount, by: Self.zeros.count) {
                let end = min(block + Self.zeros.count, byteCount)
                let part = UnsafeRawBufferPointer(rebasing: buffer[block..<end])
                guard !Self.isZero(part) else { continue }
                // A table's length is a multiple of an entry's, and so is a block's.
                for offset in stride(from: 0, to: part.count - 7, by: entryByteCount) {
                    let entry = UInt64(bigEndian: part.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                    if entry != 0 { try body(entry) }
                }
            }
        }
    }

    private static let zeros = [UInt8](repeating: 0, count: 512)

    private static func isZero(_ bytes: UnsafeRawBufferPointer) -> Bool {
        // Both are at least `bytes.count` long; memcmp reads no more.
        guard let start = bytes.baseAddress else { return true }
        return memcmp(start, zeros, bytes.count) == 0
    }
}
