internal import Engine
internal import Glibc
internal import Model

/// Names the processes that hold locks on files of layers, by the files' inodes. Calls block.
///
/// It only names: that a file is locked, or not, says the lock itself (`LayerStore.isOpen`). What the operating system
/// hides from us, of other users' processes and of other containers', is left out. QEMU's locks belong to open files
/// and not to processes, so the kernel's list of locks does not say whose they are; a process's open files do.
enum LayerHolders {
    /// Longest text about one open file that is looked into, in bytes.
    private static let longestTextBytes = 64 << 10
    /// How many ancestors of a process are looked at.
    private static let longestLineage = 16

    /// - Returns: nil if there is nothing, or nothing that we may see.
    static func identity(of path: String) -> FileIdentity? {
        var status = stat()
        return stat(path, &status) == 0 ? FileIdentity(status) : nil
    }

    /// - Parameters:
    ///   - layers: the files that are asked about.
    ///   - servers: processes that are known to serve one.
    static func find(
        _ layers: [FileIdentity: LayerID], servers: [pid_t: ServerID]
    ) -> [LayerID: [LayerHolder]] {
        guard !layers.isEmpty else { return [:] }
        var holders: [LayerID: [LayerHolder]] = [:]
        for processID in (try? ProcessFile.allIDs()) ?? [] {
            for (layer, isWriter) in locks(of: processID, on: layers) {
                holders[layer, default: []].append(
                    LayerHolder(
                        processID: processID, command: ProcessFile.commandName(of: processID), isWriter: isWriter,
                        server: server(of: processID, servers)))
            }
        }
        return holders
    }

    /// Who holds a layer, for people.
    static func words(for layer: LayerID, in layers: LayerStore) -> String {
        guard let identity = identity(of: layers.path(of: layer)),
            let holders = find([identity: layer], servers: [:])[layer]
        else { return "which one cannot be seen from here" }
        return holders.map(\.words).joined(separator: ", ")
    }

    /// A server's process may be a wrapper around the one that opens files.
    private static func server(of processID: pid_t, _ servers: [pid_t: ServerID]) -> ServerID? {
        var next: pid_t? = processID
        for _ in 0..<longestLineage {
            guard let process = next, process > 1 else { return nil }
            if let server = servers[process] { return server }
            next = parent(of: process)
        }
        return nil
    }

    private static func parent(of processID: pid_t) -> pid_t? {
        let line = (try? ProcessFile.status(of: processID))?.first { $0.hasPrefix("PPid:") }
        return line.flatMap { pid_t($0.dropFirst("PPid:".count).trimmingPrefix { $0.isWhitespace }) }
    }

    /// - Returns: whether it may write, of each layer that the process has locked.
    private static func locks(of processID: pid_t, on layers: [FileIdentity: LayerID]) -> [LayerID: Bool] {
        var locks: [LayerID: Bool] = [:]
        for descriptor in (try? Files.names(in: "/proc/\(processID)/fd")) ?? [] {
            guard let identity = identity(of: "/proc/\(processID)/fd/\(descriptor)"), let layer = layers[identity],
                let isWriter = lock(in: "/proc/\(processID)/fdinfo/\(descriptor)")
            else { continue }
            locks[layer] = isWriter || locks[layer] == true
        }
        return locks
    }

    /// - Returns: whether an open file may be written; nil: it holds no lock.
    private static func lock(in path: String) -> Bool? {
        guard let bytes = try? Files.read(path, upTo: longestTextBytes) else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard lines.contains(where: { $0.hasPrefix("lock:") }) else { return nil }
        let flags = lines.first { $0.hasPrefix("flags:") }?.dropFirst("flags:".count).trimmingPrefix { $0.isWhitespace }
        return flags.flatMap { Int32($0, radix: 8) }.map { $0 & O_ACCMODE != O_RDONLY } ?? true
    }
}
