internal import Engine
internal import Glibc
internal import Model

/// What is really in the folder of the layers. Calls block.
extension LayerStore {
    /// Every file there, as its header says; those that unfinished calls left are not told.
    func inventory() throws(EngineError) -> StorageInventory {
        var inventory = StorageInventory()
        for name in try Files.names(in: folder) where !name.hasSuffix(Self.temporarySuffix) {
            let id = Self.layer(named: name)
            if let id, let facts = try facts(of: id) {
                inventory.layers[id] = facts
            } else if try Files.status(of: "\(folder)/\(name)") != nil {
                inventory.strays.append(StrayFile(name: name, layerID: id))
            }
        }
        return inventory
    }

    /// - Returns: nil if there is no file, or not a whole one.
    private func facts(of id: LayerID) throws(EngineError) -> LayerFacts? {
        guard let status = try Files.status(of: path(of: id)), let header = try header(of: id) else { return nil }
        return LayerFacts(
            parent: Self.parent(named: header.backingName), size: header.size,
            allocated: ByteCount(bytes: Int64(status.st_blocks) * 512), isWritable: !Self.isFrozen(status),
            isMarkedDamaged: header.isCorrupt || header.isDirty, isOpen: try isOpen(id),
            holdsData: try hasData(Layer(id: id, size: header.size)))
    }

    private static func parent(named name: String?) -> LayerFacts.Parent {
        guard let name else { return .none }
        return layer(named: name).map { .layer($0) } ?? .foreign(name)
    }

    /// Moves files out of the way, each under its name and the time, and makes that durable.
    func setAside(_ names: [String]) throws(EngineError) {
        try Folders.make(quarantine)
        for name in names where try Files.status(of: "\(folder)/\(name)") != nil {
            try Files.move("\(folder)/\(name)", to: try freePath(for: name))
        }
        try Folders.sync(quarantine)
        try Folders.sync(folder)
    }

    /// Bytes that were set aside once are never written over: a name that is taken gets the next number.
    private func freePath(for name: String) throws(EngineError) -> String {
        var number = time(nil)
        while try Files.status(of: "\(quarantine)/\(name).\(number)") != nil { number += 1 }
        return "\(quarantine)/\(name).\(number)"
    }
}
