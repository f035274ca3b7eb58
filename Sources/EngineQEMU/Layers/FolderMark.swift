internal import Engine
internal import Glibc

/// Proves that a folder is the one that the layers were in at the last start.
///
/// A disk that is not mounted leaves an empty folder, in which every layer looks lost and new ones would be made. So
/// the folder has a random mark, which is recorded outside of it.
struct FolderMark {
    let folder: String
    let recordPath: String

    private static let name = ".folder-id"
    private static let temporarySuffix = ".new"
    /// As many hexadecimal digits as a mark has.
    private static let digitCount = 32

    private var path: String { "\(folder)/\(Self.name)" }

    /// Whether a name in the folder is of the mark.
    static func owns(_ fileName: String) -> Bool { fileName == name || fileName == name + temporarySuffix }

    /// Makes the mark and its record where neither is there yet, and a record for a mark that has none.
    ///
    /// - Throws: `.failed` with what to do if the folder is another one.
    func require() throws(EngineError) {
        if let problem = try problem() { throw EngineError(.failed, "cannot use \(folder): \(problem)") }
        guard try read(recordPath) == nil else { return }
        let mark = try read(path)
        try write(mark ?? Self.newMark(), to: mark == nil ? [path, recordPath] : [recordPath])
    }

    /// - Returns: why this is not the folder that is recorded; nil: it is, or none is recorded.
    func problem() throws(EngineError) -> String? {
        guard let record = try read(recordPath) else { return nil }
        let mark = try read(path)
        guard mark != record else { return nil }
        return "it is not the folder that the layers were in: its file \(Self.name) is "
            + "\(mark == nil ? "missing" : "another one's"). Is its file system not mounted? "
            + "If the layers were moved here on purpose, remove \(recordPath)"
    }

    private func read(_ path: String) throws(EngineError) -> [UInt8]? {
        guard try Files.status(of: path) != nil else { return nil }
        return try Files.read(path, upTo: Self.digitCount + 1)
    }

    /// The mark comes before its record: a crash in between leaves one that is recorded at the next start.
    private func write(_ mark: [UInt8], to paths: [String]) throws(EngineError) {
        for path in paths {
            let temporaryPath = path + Self.temporarySuffix
            try Files.withDescriptor(of: temporaryPath, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600) {
                descriptor throws(EngineError) in
                try Files.write(mark, at: 0, to: descriptor, path: temporaryPath)
            }
            try Files.sync(temporaryPath)
            try Files.move(temporaryPath, to: path)
            try Folders.sync(path.lastIndex(of: "/").map { String(path[..<$0]) } ?? folder)
        }
    }

    private static func newMark() -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return (0..<digitCount).map { _ in digits[Int.random(in: 0..<digits.count)] }
    }
}
