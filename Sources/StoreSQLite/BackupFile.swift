internal import Foundation
internal import Store

/// A backup that somebody named, open for reading.
struct BackupFile {
    private static let pieceByteCount = 1 << 20
    private static let copyMode: mode_t = 0o600

    private let path: String
    private let descriptor: Int32
    private let identity: Identity

    /// Tells a file from another however it is called.
    private struct Identity: Equatable {
        let device: dev_t
        let inode: ino_t

        init(_ status: stat) {
            device = status.st_dev
            inode = status.st_ino
        }
    }

    /// Follows links: the one who names the backup may have made them. Never waits for a peer, as a pipe would make it.
    ///
    /// - Throws: `.unusable` for what is no plain file, or cannot be opened.
    init(_ path: String) throws(StoreError) {
        assertMayWait()
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure("open \(path)") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            Foundation.close(descriptor)
            throw .unusable("\(path) is no plain file")
        }
        self.path = path
        self.descriptor = descriptor
        identity = Identity(status)
    }

    func close() { _ = Foundation.close(descriptor) }

    /// Whether another path is a name of this file; a link that leads to it is not.
    func isSame(as other: String) -> Bool {
        var status = stat()
        return lstat(other, &status) == 0 && Identity(status) == identity
    }

    /// Whether a log with something in it lies beside the file itself, which a link may name.
    var hasLog: Bool {
        guard let name = realpath(path, nil) else { return false }
        defer { free(name) }
        var status = stat()
        // One that cannot be looked at may hold what was acknowledged last.
        guard stat(String(cString: name) + "-wal", &status) == 0 else { return errno != ENOENT }
        return status.st_size > 0
    }

    /// To a new file; nothing may stand there.
    func copy(to copyPath: String) throws(StoreError) {
        let copy = open(copyPath, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, Self.copyMode)
        guard copy >= 0 else { throw Self.failure("make \(copyPath)") }
        defer { _ = Foundation.close(copy) }
        var piece = [UInt8](repeating: 0, count: Self.pieceByteCount)
        while true {
            let count = read(descriptor, &piece, piece.count)
            if count == 0 { return }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("read \(path)") }
            try Self.write(piece[..<count], to: copy, copyPath)
        }
    }

    private static func write(_ bytes: ArraySlice<UInt8>, to copy: Int32, _ copyPath: String) throws(StoreError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(copy, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write \(copyPath)") }
            rest = rest.dropFirst(count)
        }
    }

    private static func failure(_ deed: String) -> StoreError {
        .unusable("cannot \(deed): \(String(cString: strerror(errno)))")
    }
}
