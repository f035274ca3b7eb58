import ArgumentParser
import Glibc
import HoldpointClient

/// A file that is under its name whole, or not at all; nobody else may read it.
struct NewFile {
    let path: String
    let overwrites: Bool

    /// Writes it under a temporary name beside it, and gives it its own when everything is on the disk.
    ///
    /// - Parameter body: writes the file to the descriptor that it is given.
    /// - Throws: `ValidationError` if it may not be made, `INTERNAL` if it cannot be; what `body` throws. There is no
    ///   new file then.
    func write<Result>(_ body: (Int32) async throws -> Result) async throws -> Result {
        try refuseReplacement()
        var template = Array("\(path).XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw ValidationError("\(path): \(TextFile.lastError)") }
        defer { close(descriptor) }
        let temporary = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        Interruption.writing(temporary)
        defer { Interruption.writing(nil) }
        do {
            let result = try await body(descriptor)
            guard fsync(descriptor) == 0 else { throw NewFile.failure(path) }
            try rename(temporary)
            return result
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// An error of the last system call.
    static func failure(_ path: String) -> RPCError {
        RPCError(.internal, "\(path): \(TextFile.lastError)")
    }

    /// Only a plain file is ever replaced: a device, a folder or a link is somebody's.
    private func refuseReplacement() throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard overwrites else { throw isThere }
        guard status.st_mode & S_IFMT == S_IFREG else { throw ValidationError("\(path) is no plain file") }
    }

    private var isThere: ValidationError { ValidationError("\(path) is there already; --force replaces it") }

    private func rename(_ temporary: String) throws {
        // Takes the name first, so that nothing that has come meanwhile is replaced.
        if !overwrites {
            let taken = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard taken >= 0 else { throw errno == EEXIST ? isThere : NewFile.failure(path) }
            close(taken)
        }
        guard Glibc.rename(temporary, path) == 0 else {
            let failure = NewFile.failure(path)
            if !overwrites { unlink(path) }
            throw failure
        }
        try syncFolder()
    }

    private func syncFolder() throws {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw NewFile.failure(folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw NewFile.failure(folder) }
    }
}
