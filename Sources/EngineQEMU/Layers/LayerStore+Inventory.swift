internal import Engine
internal import Glibc
internal import Model

/// What is really in the folder of the layers. Calls block.
extension LayerStore {
    /// Everything there: layers as their headers say, and what is none by its name; what unfinished calls left is not
    /// told. What is no plain file is not opened.
    ///
    /// - Parameter servers: processes that are known to serve one, to tell them from others that hold a layer.
    func inventory(servers: [pid_t: ServerID]) throws(EngineError) -> StorageInventory {
        var inventory = StorageInventory()
        var locked: [FileIdentity: LayerID] = [:]
        for bytes in try Files.rawNames(in: folder) {
            guard let name = String(validating: bytes, as: UTF8.self) else {
                inventory.strays.append(Stray(StrayFile(unnameable: bytes, kind: .file)))
                continue
            }
            let id = Self.layer(named: name)
            do throws(EngineError) {
                guard !FolderMark.owns(name), let status = try Files.status(of: "\(folder)/\(name)"),
                    !isOurs(name, status)
                else { continue }
                if let id, Self.isPlain(status), let facts = try facts(of: id) {
                    inventory.layers[id] = facts
                    guard facts.isOpen != false, let file = LayerHolders.identity(of: path(of: id)) else { continue }
                    locked[file] = id
                } else {
                    inventory.strays.append(Stray(StrayFile(name: name, layerID: id, kind: Self.kind(status))))
                }
            } catch {
                if let id { inventory.unread[id] = error.message }
            }
        }
        inventory.folderProblems = try folderProblems()
        for (id, holders) in LayerHolders.find(locked, servers: servers) { inventory.layers[id]?.holders = holders }
        return inventory
    }

    /// What belongs there besides the layers; `lost+found` is a mounted file system's own.
    private func isOurs(_ name: String, _ status: stat) -> Bool {
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        let path = "\(folder)/\(name)"
        if path == directory.quarantine || name == "lost+found" { return isFolder }
        return Self.isPlain(status) && Self.isLeftover(name)
    }

    private func folderProblems() throws(EngineError) -> [String: String] {
        var problems: [String: String] = [:]
        for path in [folder, directory.quarantine, directory.run] {
            // Before the first start there may be none of them.
            guard try Files.status(of: path) != nil else { continue }
            problems[path] = try Folders.problem(of: path)
        }
        if problems[folder] == nil { problems[folder] = try mark.problem() }
        return problems
    }

    private static func kind(_ status: stat) -> StrayFile.Kind {
        switch status.st_mode & S_IFMT {
        case S_IFREG: .file
        case S_IFLNK: .link
        case S_IFDIR: .folder
        default: .other
        }
    }

    /// - Returns: nil if there is no plain file, or not a whole one.
    func facts(of id: LayerID) throws(EngineError) -> LayerFacts? {
        guard let status = try Files.status(of: path(of: id)), Self.isPlain(status), let header = try header(of: id)
        else { return nil }
        return LayerFacts(
            parent: Self.parent(named: header.backingName), size: header.size,
            allocated: ByteCount(bytes: Int64(status.st_blocks) * 512), isWritable: !Self.isFrozen(status),
            isMarkedDamaged: header.isCorrupt || header.isDirty, isOpen: try? isOpen(id),
            holdsData: Self.holdsData(status, size: header.size), stamp: LayerStamp(status))
    }

    private static func parent(named name: String?) -> LayerFacts.Parent {
        guard let name else { return .none }
        return layer(named: name).map { .layer($0) } ?? .foreign(name)
    }

    /// Moves files out of the way, each under its name and the time, and makes that durable. What a process has open
    /// stays.
    ///
    /// - Throws: the first error; the others were moved all the same.
    func setAside(_ names: [String]) throws(EngineError) {
        guard !names.isEmpty else { return }
        try takeQuarantine()
        var failure: EngineError?
        for name in names {
            do throws(EngineError) {
                try setAside(name)
            } catch {
                failure = failure ?? error
            }
        }
        try Folders.sync(directory.quarantine)
        try Folders.sync(folder)
        if let failure { throw failure }
    }

    private func setAside(_ name: String) throws(EngineError) {
        guard let status = try Files.status(of: "\(folder)/\(name)") else { return }
        if Self.isPlain(status), try isOpen(name) { throw EngineError(.failed, "a process has \(name) open") }
        try Files.move("\(folder)/\(name)", to: try freePath(for: name))
    }

    /// Bytes that were set aside once are never written over: a name that is taken gets the next number.
    private func freePath(for name: String) throws(EngineError) -> String {
        var number = time(nil)
        while try Files.status(of: "\(directory.quarantine)/\(name).\(number)") != nil { number += 1 }
        return "\(directory.quarantine)/\(name).\(number)"
    }
}

extension LayerStamp {
    init(_ status: stat) {
        let (seconds, overflow) = Int64(status.st_mtim.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        let (nanoseconds, excess) = seconds.addingReportingOverflow(Int64(status.st_mtim.tv_nsec))
        // A time that no clock of ours shows: any value will do, as long as it is always the same.
        self.init(byteCount: Int64(status.st_size), modificationNanoseconds: overflow || excess ? .max : nanoseconds)
    }
}
