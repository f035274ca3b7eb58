internal import Engine
internal import Glibc

/// Which sockets processes hold. Calls block.
enum SocketTable {
    private static let linkLimitBytes = 64

    /// The sockets of one process: their descriptors by inode number.
    ///
    /// - Throws: `.unknown`; a process that is gone has none.
    static func sockets(of process: pid_t) throws(EngineError) -> [UInt64: Int32] {
        assertMayWait()
        let folder = "/proc/\(process)/fd"
        let names: [String]
        do throws(EngineError) {
            names = try Files.names(in: folder)
        } catch {
            guard try ProcessFile.status(of: process) != nil else { return [:] }
            throw EngineError(
                .unknown, "it cannot be found out which sockets process \(process) holds: \(error.message)")
        }
        var sockets: [UInt64: Int32] = [:]
        for name in names {
            guard let descriptor = Int32(name), let inode = inode(at: "\(folder)/\(name)") else { continue }
            sockets[inode] = descriptor
        }
        return sockets
    }

    /// Processes that hold sockets, as far as they may be looked at.
    static func owners(of inodes: Set<UInt64>) -> [UInt64: pid_t] {
        var owners: [UInt64: pid_t] = [:]
        guard !inodes.isEmpty else { return owners }
        for process in (try? ProcessFile.allIDs()) ?? [] {
            for inode in ((try? sockets(of: process)) ?? [:]).keys where inodes.contains(inode) {
                owners[inode] = process
            }
            if owners.count == inodes.count { break }
        }
        return owners
    }

    /// - Returns: the number in a link that reads `socket:[123]`.
    private static func inode(at link: String) -> UInt64? {
        var target = [CChar](repeating: 0, count: linkLimitBytes)
        let length = readlink(link, &target, target.count)
        guard length > 0 else { return nil }
        let text = String(decoding: target.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard text.hasPrefix("socket:["), text.hasSuffix("]") else { return nil }
        return UInt64(text.dropFirst("socket:[".count).dropLast())
    }
}
