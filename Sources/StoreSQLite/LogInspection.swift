internal import Foundation
internal import Store

/// What a write-ahead log holds, as its format says (https://www.sqlite.org/fileformat2.html#walformat).
///
/// SQLite takes a log up to the first frame that does not fit and drops the rest in silence: right after a power cut,
/// which loses what nobody was promised, and wrong for a log that was damaged or cut later. Two things tell them apart:
/// a commit is flushed before the next one is written, so that a crash tears the last one only; and the index that a
/// killed process leaves counts the frames that were promised.
struct LogInspection {
    /// Frames behind the last commit that is whole, of a transaction that is not.
    private(set) var tornFrameCount = 0

    /// Stands at the beginning of a log that holds nothing, but keeps its room.
    static let emptyMark = Array("Holdpoint: no log, only its room\n".utf8.prefix(LogHeader.byteCount))

    /// - Throws: `StoreError.unusable` if committed changes are missing.
    init(_ files: StoreFiles) throws {
        let index = try LogIndex(files.index)
        guard let size = try StoreFiles.byteCount(of: files.log), size > 0 else {
            try Self.requireNoFrames(index, files.log, "is missing or empty")
            return
        }
        let descriptor = try StoreFiles.open(files.log, O_RDONLY)
        defer { close(descriptor) }
        let start = try LogBytes.read(descriptor, at: 0, count: LogHeader.byteCount)
        guard start != Self.emptyMark else {
            try Self.requireNoFrames(index, files.log, "holds nothing")
            return
        }
        guard let header = LogHeader(start) else {
            throw StoreError.unusable("the log \(files.log) is damaged at its beginning")
        }
        try inspect(descriptor, header, size, index, files.log)
    }

    static func isEmpty(_ log: String) -> Bool {
        guard let descriptor = try? StoreFiles.open(log, O_RDONLY) else { return false }
        defer { close(descriptor) }
        return (try? LogBytes.read(descriptor, at: 0, count: emptyMark.count)) == emptyMark
    }

    private static func requireNoFrames(_ index: LogIndex?, _ log: String, _ what: String) throws {
        guard let index, index.frameCount > index.copiedFrameCount else { return }
        throw StoreError.unusable(
            "the log \(log) \(what), but \(index.frameCount - index.copiedFrameCount) of its pages are not in the "
                + "database yet: put it back")
    }

    private mutating func inspect(
        _ descriptor: Int32, _ header: LogHeader, _ size: Int64, _ index: LogIndex?, _ log: String
    ) throws {
        let frameBytes = Int64(header.frameByteCount)
        let limit = (size - Int64(LogHeader.byteCount)) / frameBytes
        var chain = LogChain(header)
        var read: Int64 = 0
        var whole: Int64 = 0
        while read < limit {
            let offset = Int64(LogHeader.byteCount) + read * frameBytes
            guard let isCommit = chain.take(try LogBytes.read(descriptor, at: offset, count: header.frameByteCount))
            else {
                break
            }
            read += 1
            if isCommit { whole = read }
        }
        let rest = try Self.rest(descriptor, header, from: whole, to: limit)
        tornFrameCount = rest.frameCount
        let isCut = index.map { $0.salts == header.salts && Int64($0.frameCount) > whole } ?? false
        guard !isCut, !rest.hasCommitInside else {
            throw StoreError.unusable(
                "the log \(log) is damaged: changes behind page \(whole) were committed and cannot be read")
        }
    }

    /// What of this log's life lies behind its whole part: at most one transaction, if nothing is lost.
    private static func rest(
        _ descriptor: Int32, _ header: LogHeader, from first: Int64, to limit: Int64
    ) throws -> (frameCount: Int, hasCommitInside: Bool) {
        var result = (frameCount: 0, hasCommitInside: false)
        var isBehindCommit = false
        for frame in first..<max(first, limit) {
            let offset = Int64(LogHeader.byteCount) + frame * Int64(header.frameByteCount)
            let start = try LogBytes.read(descriptor, at: offset, count: LogHeader.frameHeaderByteCount)
            guard start.count == LogHeader.frameHeaderByteCount, Array(start[8..<16]) == header.salts else { continue }
            result.frameCount += 1
            if isBehindCommit { result.hasCommitInside = true }
            if LogBytes.bigEndian(start, 4) != 0 { isBehindCommit = true }
        }
        return result
    }
}
