/// Layers: rows and files say the same.
extension ConsistencyCheck {
    func layersAreThere() -> [ConsistencyFinding] {
        settledRows.filter { row in
            facts.inventory.layers[row.id] == nil && facts.inventory.unread[row.id] == nil && strays[row.id] == nil
        }.map {
            finding(.layerMissing, $0.id, "has no file: its data is gone. \(Self.restoreAdvice)")
        }
    }

    func layersAreWhole() -> [ConsistencyFinding] {
        let strays = strays
        let headless = settledRows.compactMap { row in
            strays[row.id].map { finding(.layerDamaged, row.id, "has \($0.inPlace). \(Self.restoreAdvice)") }
        }
        let marked = settledLayers.filter(\.facts.isMarkedDamaged).map {
            finding(.layerDamaged, $0.row.id, "is marked damaged by QEMU. \(Self.restoreAdvice)")
        }
        return headless + marked
    }

    /// What has the name of a layer and is none.
    private var strays: [LayerID: Stray] {
        let named = facts.inventory.strays.compactMap { stray in stray.layerID.map { ($0, stray) } }
        return Dictionary(named, uniquingKeysWith: { first, _ in first })
    }

    func layersCanBeRead() -> [ConsistencyFinding] {
        let unread = settledRows.compactMap { row in
            facts.inventory.unread[row.id].map {
                finding(
                    .layerUnreadable, row.id, "has a file that cannot be read, so nobody knows if it is whole: \($0)")
            }
        }
        let unknown = settledLayers.filter { $0.facts.isOpen == nil }.map {
            finding(
                .layerUnreadable, $0.row.id, "has a file of which cannot be found out whether a process has it open")
        }
        return unread + unknown
    }

    func frozenLayersAreAsTheyWere() -> [ConsistencyFinding] {
        settledLayers.compactMap { row, facts in
            guard row.state == .frozen, let recorded = rows.stamps[row.id], let found = facts.stamp,
                !found.fits(recorded)
            else { return nil }
            return finding(.layerChanged, row.id, Self.difference(recorded, found) + ". \(Self.restoreAdvice)")
        }
    }

    private static func difference(_ recorded: LayerStamp, _ found: LayerStamp) -> String {
        guard recorded.byteCount == found.byteCount else {
            return "is frozen for ever, and its file has \(found.byteCount) bytes instead of \(recorded.byteCount)"
        }
        return "is frozen for ever, and its file was written since. If it was only copied, give it its time back: "
            + "touch -d @\(seconds(recorded)) FILE"
    }

    private static func seconds(_ stamp: LayerStamp) -> String {
        let (seconds, nanoseconds) = stamp.modificationNanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let digits = String(nanoseconds.magnitude)
        return "\(seconds)." + String(repeating: "0", count: 9 - digits.count) + digits
    }

    func filesAreKnown() -> [ConsistencyFinding] {
        let orphans = facts.inventory.layers.filter { rows.layers[$0.key] == nil }
        let layers = orphans.keys.sorted { $0.rawValue < $1.rawValue }.map { id in
            ConsistencyFinding(
                .orphanedLayer, kind: ResourceKind.layer.rawValue, id: id.rawValue,
                "layer \(id) is on the disk and nothing knows it\(Self.base(orphans[id]?.parentID)): its data may be "
                    + "somebody's. \(Self.repairAdvice)")
        }
        let files = facts.inventory.strays.filter { $0.layerID.map { rows.layers[$0] == nil } ?? true }.map {
            ConsistencyFinding(
                .strayFile, kind: "file", id: $0.name,
                "the \($0.what) \($0.name) lies among the layers and is none. "
                    + ($0.isMovable ? Self.repairAdvice : "Its name is no text: move it away by hand"))
        }
        return layers + files.sorted { $0.id < $1.id }
    }

    private static func base(_ parent: LayerID?) -> String { parent.map { " (it rests on \($0))" } ?? "" }

    private static var repairAdvice: String { "`holdpoint admin check --repair` puts it into quarantine" }

    func parentsAreTheHeaders() -> [ConsistencyFinding] {
        settledLayers.filter { $0.facts.parent != ($0.row.parentID.map { .layer($0) } ?? .none) }.map { row, facts in
            finding(
                .wrongParent, row.id,
                "is recorded on \(row.parentID?.rawValue ?? "nothing"), and its file names \(facts.parent.words): "
                    + "what rests on it reads wrong. \(Self.metadataAdvice)")
        }
    }

    /// The headers are what reads go by; only a restore follows them.
    private static var metadataAdvice: String { "Stop what uses it, and restore the metadata from a backup" }

    func layersFormTrees() -> [ConsistencyFinding] {
        let rootless = rows.rootlessLayers
        return settledRows.filter { rootless.contains($0.id) }.map {
            finding(.layerCycle, $0.id, "has no root: the records lead in a circle. \(Self.metadataAdvice)")
        }
    }

    func depthsAreRight() -> [ConsistencyFinding] {
        settledRows.compactMap { row in
            let depth = row.parentID.map { (rows.layers[$0]?.depth ?? -1) + 1 } ?? 0
            if row.depth != depth {
                return finding(.wrongDepth, row.id, "is recorded at depth \(row.depth) and lies at \(depth)")
            }
            guard row.depth >= facts.deepestChain else { return nil }
            return finding(
                .chainTooDeep, row.id,
                "lies \(row.depth) layers deep, and \(facts.deepestChain) layers are as many as can be opened: "
                    + "copy the data to a new volume")
        }
    }

    func layersHaveTheirSize() -> [ConsistencyFinding] {
        let layers = settledLayers.filter { $0.row.size != $0.facts.size }.map { row, facts in
            finding(
                .wrongSize, row.id,
                "is recorded with \(row.size), and its file has \(facts.size). \(Self.metadataAdvice)")
        }
        let volumes = rows.volumes.filter { isIdle($0) && $0.state != .errorDeleting }.compactMap { volume in
            wrongSize(volume, volume.size, volume.topLayerID)
        }
        let snapshots = rows.snapshots.filter { isIdle($0) && $0.state != .errorDeleting }.compactMap { snapshot in
            wrongSize(snapshot, snapshot.size, snapshot.layerID)
        }
        return layers + volumes + snapshots
    }

    private func wrongSize(_ subject: some Resource, _ size: ByteCount, _ id: LayerID) -> ConsistencyFinding? {
        guard let layer = rows.layers[id], layer.size != size else { return nil }
        return ConsistencyFinding(
            .wrongSize, subject,
            "is recorded with \(size), and its layer \(id) with \(layer.size). \(Self.metadataAdvice)")
    }

    func frozenLayersBearTheMark() -> [ConsistencyFinding] {
        settledLayers.compactMap { row, facts in
            switch (row.state, facts.isWritable) {
            case (.frozen, true):
                finding(
                    .layerNotFrozen, row.id,
                    "is frozen for ever, and its file may be written: set its mode to 0400")
            case (.active, false):
                finding(
                    .activeLayerFrozen, row.id,
                    "is a volume's top, and its file is marked frozen, so it cannot be opened for writing: "
                        + "if nothing rests on it, set its mode to 0600")
            default: nil
            }
        }
    }

    func nothingRestsOnWhatIsWritten() -> [ConsistencyFinding] {
        var children: [LayerID: LayerID] = [:]
        for row in settledRows { if let parent = row.parentID { children[parent] = row.id } }
        for (id, facts) in facts.inventory.layers where !unsettled.contains(id) {
            if let parent = facts.parentID { children[parent] = id }
        }
        return settledRows.filter { $0.state == .active }.compactMap { row in
            children[row.id].map {
                finding(
                    .activeLayerRestedOn, row.id,
                    "is a volume's top, which is written, and \($0) rests on it: that one reads wrong. "
                        + Self.metadataAdvice)
            }
        }
    }
}

extension LayerFacts.Parent {
    var words: String {
        switch self {
        case .none: "nothing"
        case .layer(let id): id.rawValue
        case .foreign(let name): "\"\(name)\", which is no layer"
        }
    }
}
