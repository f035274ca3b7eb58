internal import CLinux
internal import Glibc

/// Who is connected to a Unix socket of another process.
enum NBDClients {
    private static let maximumCount = 256

    /// One text each, with the client's process where it can be found: `unix:pid=123 (nbdcopy)`. Blocks.
    static func connected(to socketPath: String) -> [String] {
        var inodes = [UInt32](repeating: 0, count: maximumCount)
        let count = linux_unix_socket_peers(socketPath, &inodes, inodes.count)
        guard count > 0 else { return [] }
        let owners = processes(holding: Set(inodes.prefix(count)))
        return inodes.prefix(count).map { owners[$0] ?? "unix:socket=\($0)" }.sorted()
    }

    /// Looks through the open files of all processes that may be looked at.
    private static func processes(holding inodes: Set<UInt32>) -> [UInt32: String] {
        var owners: [UInt32: String] = [:]
        for processID in (try? Files.names(in: "/proc")) ?? [] where Int(processID) != nil {
            let folder = "/proc/\(processID)/fd"
            for descriptor in (try? Files.names(in: folder)) ?? [] {
                guard let inode = socketInode(at: "\(folder)/\(descriptor)"), inodes.contains(inode) else { continue }
                owners[inode] = "unix:pid=\(processID) (\(commandName(of: processID)))"
            }
            if owners.count == inodes.count { break }
        }
        return owners
    }

    /// - Returns: the number in a link that reads `socket:[123]`.
    private static func socketInode(at link: String) -> UInt32? {
        var target = [CChar](repeating: 0, count: 64)
        let length = readlink(link, &target, target.count)
        guard length > 0 else { return nil }
        let text = String(decoding: target.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard text.hasPrefix("socket:["), text.hasSuffix("]") else { return nil }
        return UInt32(text.dropFirst("socket:[".count).dropLast())
    }

    private static func commandName(of processID: String) -> String {
        let name = (try? Files.read("/proc/\(processID)/comm", upTo: 64)) ?? []
        return String(decoding: name.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
