internal import CLinux
internal import Engine
internal import Glibc
internal import Logging
internal import Model
internal import Synchronization

/// The files of the layers: one qcow2 image each, named after the layer, the parent's name in its header. Calls block.
///
/// Mode 0400 says frozen, 0600 not frozen: it is the mark that a cut leaves, and nothing opens a frozen file for
/// writing.
final class LayerStore: Sendable {
    let directory: StateDirectory
    let logger: Logger
    private let graph = Mutex(LayerGraph())

    private static let suffix = ".qcow2"
    /// Behind the name of a layer that is being made.
    private static let temporarySuffix = ".new"
    /// Behind the name of a layer that is being deleted.
    private static let deletedSuffix = ".deleted"
    private static let frozenMode: mode_t = 0o400

    init(_ directory: StateDirectory, logger: Logger) {
        self.directory = directory
        self.logger = logger
    }

    var folder: String { directory.layers }

    /// The name below `folder`, which is also what the headers of layers on top say.
    static func fileName(of id: LayerID) -> String { id.rawValue + suffix }

    func path(of id: LayerID) -> String { "\(folder)/\(Self.fileName(of: id))" }

    /// Layers that have a plain file.
    func all() throws(EngineError) -> Set<LayerID> {
        var layers: Set<LayerID> = []
        for name in try Files.names(in: folder) {
            guard let id = Self.layer(named: name), let status = try Files.status(of: path(of: id)),
                Self.isPlain(status)
            else { continue }
            layers.insert(id)
        }
        return layers
    }

    /// Makes an empty layer. It is durable once `sync` was called for it too.
    ///
    /// The name is given before the contents are flushed, so that one commit of the journal covers both. A power cut
    /// may thus leave a name without all contents; that file holds no data and no call has succeeded, so it is made
    /// again.
    func create(_ layer: Layer, parent: LayerID?) throws(EngineError) {
        let image = QCOW2Image(size: layer.size, backingName: parent.map(Self.fileName))
        if try !isComplete(layer, parent: parent, image) { try write(image, as: layer.id) }
        note(layer.id, parent: parent)
    }

    /// Makes layers and their names durable. Those that come at once share the journal's commit.
    func sync(_ ids: [LayerID]) async throws(EngineError) {
        try await forEachConcurrently(ids) { id throws(EngineError) in
            try await BlockingWork.run { () throws(EngineError) in try Files.sync(self.path(of: id)) }
        }
        try await BlockingWork.run { () throws(EngineError) in try Folders.sync(self.folder) }
    }

    private func write(_ image: QCOW2Image, as id: LayerID) throws(EngineError) {
        let temporaryPath = path(of: id) + Self.temporarySuffix
        do {
            try Files.withDescriptor(of: temporaryPath, flags: O_RDWR | O_CREAT | O_TRUNC, mode: 0o600) {
                descriptor throws(EngineError) in
                try Self.write(image, to: descriptor, path: temporaryPath)
            }
            try Files.move(temporaryPath, to: path(of: id))
        } catch {
            // What stays behind is removed at the next start.
            try? Files.remove(temporaryPath)
            throw error
        }
    }

    private static func write(_ image: QCOW2Image, to descriptor: Int32, path: String) throws(EngineError) {
        for piece in image.pieces { try Files.write(piece.bytes, at: piece.offset, to: descriptor, path: path) }
        guard ftruncate(descriptor, off_t(image.fileByteCount)) == 0 else {
            throw .system("write", path, code: errno)
        }
    }

    /// Whether an earlier call made this layer whole: certain if it was used since; otherwise making it again loses
    /// nothing.
    private func isComplete(_ layer: Layer, parent: LayerID?, _ image: QCOW2Image) throws(EngineError) -> Bool {
        guard let header = try header(of: layer.id), let status = try Files.status(of: path(of: layer.id)) else {
            return false
        }
        guard header.size == image.size, header.backingName == image.backingName else {
            throw EngineError(.damaged, "\(layer.id) exists already with another size or parent")
        }
        if Self.isFrozen(status) || status.st_size > off_t(image.fileByteCount) { return true }
        return try isOpen(layer.id)
    }

    /// Renames a file, then frees its bytes: after a crash it is either whole or gone.
    func delete(_ id: LayerID) throws(EngineError) {
        guard !graph.withLock({ $0.hasChildren(id) }) else {
            throw EngineError(.failed, "another layer rests on \(id)")
        }
        try requireUnlocked([id])
        // A file that is gone may have been renamed by a call that failed behind that: it is finished here.
        let deletedPath = path(of: id) + Self.deletedSuffix
        if try exists(id) { try Files.move(path(of: id), to: deletedPath) }
        try Folders.sync(folder)
        try Files.remove(deletedPath)
        graph.withLock { $0.remove(id) }
    }

    /// Checks that layers are as they are said to be: present, of these sizes, each on the one before it.
    ///
    /// - Parameter bottom: what the first one rests on; nil: nothing.
    func check(_ layers: [Layer], over bottom: LayerID? = nil) throws(EngineError) {
        var parent = bottom
        for layer in layers {
            guard let header = try header(of: layer.id) else {
                throw EngineError(.damaged, "\(layer.id) has no image, or not a whole one")
            }
            guard header.size == layer.size else {
                throw EngineError(.damaged, "\(layer.id) is \(header.size) large, not \(layer.size)")
            }
            guard header.backingName == parent.map(Self.fileName) else {
                throw EngineError(.damaged, "\(layer.id) does not rest on \(parent?.rawValue ?? "nothing")")
            }
            guard !header.isCorrupt else { throw EngineError(.damaged, "\(layer.id) is marked corrupt") }
            parent = layer.id
        }
    }

    func exists(_ id: LayerID) throws(EngineError) -> Bool {
        try Files.status(of: path(of: id)) != nil
    }

    func size(of id: LayerID) throws(EngineError) -> ByteCount {
        guard let header = try header(of: id) else { throw EngineError(.damaged, "\(id) has no image") }
        return header.size
    }

    /// Marks layers as never to be written again. A layer that cannot be marked stays right as long as an overlay is on
    /// it, and is marked when it is next opened; so this is no failure.
    func freeze(_ layers: some Sequence<LayerID>) {
        for id in layers {
            do {
                try markFrozen(id)
            } catch {
                logger.warning("cannot freeze a layer", metadata: ["layer": "\(id)", "cause": "\(error)"])
            }
        }
    }

    func markFrozen(_ id: LayerID) throws(EngineError) {
        try Files.setMode(Self.frozenMode, of: path(of: id))
    }

    func isFrozen(_ id: LayerID) throws(EngineError) -> Bool {
        guard let status = try Files.status(of: path(of: id)) else { return false }
        return Self.isFrozen(status)
    }

    /// Whether a layer holds bytes of its own.
    func hasData(_ layer: Layer) throws(EngineError) -> Bool {
        guard let status = try Files.status(of: path(of: layer.id)) else { return false }
        return Self.holdsData(status, size: layer.size)
    }

    static func holdsData(_ status: stat, size: ByteCount) -> Bool {
        status.st_size > off_t(clamping: QCOW2Image(size: size, backingName: nil).fileByteCount)
    }

    /// Whether any process has the layer's file open: QEMU locks what it opens. Absent: no.
    ///
    /// - Throws: `.unknown` if it cannot be found out; whoever needs a no must not go on.
    func isOpen(_ id: LayerID) throws(EngineError) -> Bool {
        try isOpen(Self.fileName(of: id))
    }

    /// The same of any plain file in the folder.
    func isOpen(_ name: String) throws(EngineError) -> Bool {
        switch linux_is_locked("\(folder)/\(name)") {
        case 0, -ENOENT: return false
        case let result where result < 0:
            throw EngineError(
                .unknown,
                "cannot find out whether a process has \(name) open: \(EngineError.words(for: -result))")
        default: return true
        }
    }

    /// Proves that no process has any of these layers open, whoever it is and however it spells their paths.
    ///
    /// - Throws: `.failed` if one has, `.unknown` if it cannot be found out.
    func requireUnlocked(_ ids: some Sequence<LayerID>) throws(EngineError) {
        for id in ids where try isOpen(id) {
            throw EngineError(.failed, "a process has \(id) open: \(LayerHolders.words(for: id, in: self))")
        }
    }

    /// Whether a layer can change: it is not frozen, and a process has it open.
    ///
    /// - Throws: `.unknown` if that cannot be found out.
    func isWritten(_ id: LayerID) throws(EngineError) -> Bool {
        guard try !isFrozen(id) else { return false }
        return try isOpen(id)
    }

    func ancestry(of id: LayerID) -> Set<LayerID> {
        graph.withLock { $0.ancestry(of: id) }
    }

    func usage(of layers: [LayerID]) throws(EngineError) -> [LayerID: ByteCount] {
        var usage: [LayerID: ByteCount] = [:]
        for id in layers {
            guard let status = try Files.status(of: path(of: id)) else { continue }
            usage[id] = ByteCount(bytes: Int64(status.st_blocks) * 512)
        }
        return usage
    }

    func capacity() throws(EngineError) -> StorageCapacity {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { throw .system("look at", folder, code: errno) }
        func bytes(_ blocks: fsblkcnt_t) -> ByteCount {
            ByteCount(bytes: Int64(clamping: blocks.multipliedReportingOverflow(by: status.f_frsize).partialValue))
        }
        return StorageCapacity(total: bytes(status.f_blocks), free: bytes(status.f_bavail))
    }

    /// - Returns: nil if there is no file, or not a whole one.
    func header(of id: LayerID) throws(EngineError) -> QCOW2Header? {
        guard try exists(id) else { return nil }
        return QCOW2Header(try Files.read(path(of: id), upTo: QCOW2Header.readByteCount))
    }

    func forget(_ ids: [LayerID]) {
        graph.withLock { graph in for id in ids { graph.remove(id) } }
    }

    /// Notes what the caller knows of a chain, root first, whatever could be read of its files at the start.
    func note(_ chain: [Layer]) {
        var parent: LayerID?
        for layer in chain {
            note(layer.id, parent: parent)
            parent = layer.id
        }
    }

    func note(_ id: LayerID, parent: LayerID?) {
        graph.withLock { $0.insert(id, parent: parent) }
    }

    static func isFrozen(_ status: stat) -> Bool { status.st_mode & 0o222 == 0 }

    static func isPlain(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFREG }

    static func layer(named name: String?) -> LayerID? {
        guard let name, name.hasSuffix(suffix), let id = LayerID(String(name.dropLast(suffix.count))),
            // Texts that Swift holds for equal may be two names.
            name.utf8.elementsEqual(fileName(of: id).utf8)
        else { return nil }
        return id
    }

    /// Whether something of this name is what an unfinished call left.
    static func isLeftover(_ name: String) -> Bool {
        [temporarySuffix, deletedSuffix].contains { suffix in
            name.hasSuffix(suffix) && layer(named: String(name.dropLast(suffix.count))) != nil
        }
    }
}
