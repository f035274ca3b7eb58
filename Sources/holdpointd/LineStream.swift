import Foundation

/// Whole lines on a descriptor that may fail at any time and work again later. May block.
struct LineStream {
    private let descriptor: Int32
    /// Lines that are missing since the last one that was written.
    private var droppedCount = 0
    /// The last write broke off inside a line.
    private var isInsideLine = false

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Writes a line, behind the note on those that are missing before it; or counts it as missing too.
    ///
    /// - Parameter note: the line that tells so many missing ones.
    mutating func write(_ line: [UInt8], note: (Int) -> [UInt8]) {
        tellDropped(note)
        if droppedCount > 0 || !put(line) { droppedCount += 1 }
    }

    /// Counts lines that are missing here, and says so at once if that works.
    mutating func drop(_ count: Int, note: (Int) -> [UInt8]) {
        guard count > 0 else { return }
        droppedCount += count
        tellDropped(note)
    }

    private mutating func tellDropped(_ note: (Int) -> [UInt8]) {
        if droppedCount > 0, put(note(droppedCount)) { droppedCount = 0 }
    }

    /// - Returns: whether all of it was written.
    private mutating func put(_ line: [UInt8]) -> Bool {
        let bytes = isInsideLine ? Array("\n".utf8) + line : line
        let result = StandardStream.write(bytes, to: descriptor)
        if result.writtenCount > 0 { isInsideLine = result.writtenCount < bytes.count }
        return result.errorCode == 0
    }
}
