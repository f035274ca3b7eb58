internal import Foundation
internal import Store

/// The first 32 bytes of a write-ahead log.
struct LogHeader {
    static let byteCount = 32
    static let frameHeaderByteCount = 24
    private static let magic: UInt32 = 0x377F_0682
    private static let version: UInt32 = 3_007_000
    private static let pageByteCounts = 512...65_536

    let pageByteCount: Int
    /// Of this life of the log; frames of an earlier one bear others.
    let salts: [UInt8]
    fileprivate let isBigEndian: Bool
    fileprivate let sums: LogChain.Sums

    var frameByteCount: Int { Self.frameHeaderByteCount + pageByteCount }

    /// - Returns: nil: these are not the first bytes of a whole log.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        let magic = LogBytes.bigEndian(bytes, 0)
        guard magic & ~1 == Self.magic, LogBytes.bigEndian(bytes, 4) == Self.version else { return nil }
        pageByteCount = Int(LogBytes.bigEndian(bytes, 8))
        guard Self.pageByteCounts.contains(pageByteCount), pageByteCount & (pageByteCount - 1) == 0 else { return nil }
        salts = Array(bytes[16..<24])
        isBigEndian = magic & 1 == 1
        sums = LogChain.Sums(first: 0, second: 0).adding(bytes[0..<24], isBigEndian: isBigEndian)
        guard sums == LogChain.Sums(bytes, at: 24) else { return nil }
    }
}

/// The checksums of a log: each frame's goes over everything before it.
struct LogChain {
    struct Sums: Hashable {
        var first: UInt32
        var second: UInt32

        init(first: UInt32, second: UInt32) {
            self.first = first
            self.second = second
        }

        init(_ bytes: [UInt8], at offset: Int) {
            self.init(first: LogBytes.bigEndian(bytes, offset), second: LogBytes.bigEndian(bytes, offset + 4))
        }

        /// - Parameter bytes: a multiple of 8.
        func adding(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> Sums {
            var sums = self
            bytes.withUnsafeBytes { bytes in
                // Unsafe for speed: every byte of the log is read at each start. Loads stay inside the buffer.
                for offset in stride(from: 0, to: bytes.count - 7, by: 8) {
                    let one = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                    let two = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
                    sums.first &+= (isBigEndian ? UInt32(bigEndian: one) : UInt32(littleEndian: one)) &+ sums.second
                    sums.second &+= (isBigEndian ? UInt32(bigEndian: two) : UInt32(littleEndian: two)) &+ sums.first
                }
            }
            return sums
        }
    }

    private let header: LogHeader
    private var sums: Sums

    init(_ header: LogHeader) {
        self.header = header
        sums = header.sums
    }

    /// Takes the next frame.
    ///
    /// - Returns: whether it ends a transaction; nil: it does not fit what was taken before.
    mutating func take(_ frame: [UInt8]) -> Bool? {
        guard frame.count == header.frameByteCount, Array(frame[8..<16]) == header.salts,
            LogBytes.bigEndian(frame, 0) != 0
        else { return nil }
        let next = sums.adding(frame[0..<8], isBigEndian: header.isBigEndian)
            .adding(frame[LogHeader.frameHeaderByteCount...], isBigEndian: header.isBigEndian)
        guard next == Sums(frame, at: 16) else { return nil }
        sums = next
        return LogBytes.bigEndian(frame, 4) != 0
    }
}

/// What the index beside a log says, in the byte order of the machine.
struct LogIndex {
    /// Frames of the log that were committed.
    let frameCount: UInt32
    /// Those of them that are in the database already.
    let copiedFrameCount: UInt32
    let salts: [UInt8]

    private static let headerByteCount = 48
    private static let byteCount = 2 * headerByteCount + 4
    private static let version: UInt32 = 3_007_000

    /// - Returns: nil: there is none, or none that a process had finished writing.
    init?(_ path: String) throws(StoreError) {
        guard try StoreFiles.byteCount(of: path) != nil else { return nil }
        let descriptor = try StoreFiles.open(path, O_RDONLY)
        defer { close(descriptor) }
        let bytes = try LogBytes.read(descriptor, at: 0, count: Self.byteCount)
        guard bytes.count == Self.byteCount, LogBytes.native(bytes, 0) == Self.version, bytes[12] == 1,
            bytes[0..<Self.headerByteCount] == bytes[Self.headerByteCount..<2 * Self.headerByteCount]
        else { return nil }
        frameCount = LogBytes.native(bytes, 16)
        salts = Array(bytes[32..<40])
        copiedFrameCount = LogBytes.native(bytes, 2 * Self.headerByteCount)
    }
}

/// Reading numbers out of files.
enum LogBytes {
    /// - Returns: fewer bytes at the end of the file.
    static func read(_ descriptor: Int32, at offset: Int64, count: Int) throws(StoreError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let length = pread(descriptor, &bytes, count, off_t(offset))
        guard length >= 0 else { throw .unusable("a log cannot be read: \(String(cString: strerror(errno)))") }
        return Array(bytes.prefix(length))
    }

    static func bigEndian(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    static func native(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        // Unsafe for the machine's own byte order; the load is checked to lie inside the array.
        bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
    }
}
