public import Model
internal import Store

/// A layer in quarantine, with what it takes.
public struct QuarantineEntry: Sendable {
    public var layer: QuarantinedLayer
    /// Of the block device that it shows.
    public var size: ByteCount
    public var own: ByteCount
    /// What discarding it frees at once.
    public var freed: ByteCount
}

/// What an administrator decides on data that nobody uses.
extension ResourceManager {
    /// The oldest first.
    public func listQuarantine(
        pageSize: Int, pageToken: String, _ call: Call
    ) async throws -> (entries: [QuarantineEntry], nextPageToken: String) {
        let query = ListQuery(pageSize: pageSize)
        let begin = try OffsetToken.offset(pageToken)
        return try await spaceLists.places.take {
            try Task.checkCancellation()
            let (rows, sizes) = try await readSystem(call, .everything) { transaction in
                let rows = try transaction.spaceRows()
                let shown = rows.quarantined.dropFirst(begin).prefix(query.pageSize)
                return (rows, try shown.map { (layer: $0, size: try transaction.layer($0.layerID)?.size ?? .zero) })
            }
            var account = rows.account(try await engine.usage(of: rows.layers.map(\.id)))
            let entries = sizes.map { layer, size in
                QuarantineEntry(
                    layer: layer, size: size, own: account.bytes(of: layer.layerID),
                    freed: account.freed(byReleasing: [layer.layerID]))
            }
            return (entries, OffsetToken.text(begin + entries.count, of: rows.quarantined.count))
        }
    }

    /// Makes a volume over a layer in quarantine, once its data is proved to be there.
    ///
    /// - Parameter name: of the volume; empty: what the layer belonged to.
    public func adoptLayer(
        _ reference: String, name: String, _ mutation: Mutation
    ) async throws -> MutationAnswer<Volume> {
        if !name.isEmpty { _ = try ResourceName.checked(name, field: "name") }
        let shortage = try await shortage()
        return try await mutate(mutation) { transaction, context in
            if let shortage { throw shortage }
            let entry = try transaction.quarantinedLayer(reference)
            guard let layer = try transaction.layer(entry.layerID) else {
                throw StoreError.malformed("layer \(entry.layerID) in quarantine has no row")
            }
            let deepest = context.capabilities.deepestChain
            guard layer.depth + 2 <= deepest else { throw Refusal.tooDeepToAdopt(layer.id, deepest) }
            let name =
                try name.isEmpty
                ? transaction.freeName(like: entry.origin.adoptedName, in: context.projectID, Volume.self) : name
            var volume = try transaction.makeVolume(ResourceAttributes(name: name), layer.size, over: layer, &context)
            // Nobody knows how its last writer ended.
            volume.writerWasKilled = true
            let parents = try transaction.chain(to: layer.id)
            let saga = AdoptLayerSaga(
                volumeID: volume.id, top: .init(id: volume.topLayerID, size: volume.size),
                parents: parents.map { .init(id: $0.id, size: $0.size) }, adopted: layer.id)
            return try transaction.begin(saga, on: volume, &context)
        }
    }

    /// Lets a layer in quarantine go, with all that only it needed.
    public func discardLayer(_ reference: String, _ mutation: Mutation) async throws -> MutationAnswer<NoTarget> {
        try await mutate(mutation, for: .freeing, reload: { _, _ in NoTarget() }) { transaction, context in
            let layer = try transaction.quarantinedLayer(reference).layerID
            let operation = try context.accept(
                DiscardLayerSaga(layerID: layer), targets: [layer.rawValue], in: transaction)
            return Change(targetID: layer.rawValue, target: NoTarget(), operation: operation)
        }
    }
}

extension ReadTransaction {
    fileprivate func quarantinedLayer(_ reference: String) throws -> QuarantinedLayer {
        guard let layer = try quarantined().first(where: { $0.layerID.rawValue == reference }) else {
            var refusal = Refusal(.notFound, "there is no layer \"\(reference)\" in quarantine")
            refusal.remedies = [.listQuarantine]
            throw refusal
        }
        return layer
    }
}

extension QuarantinedLayer.Origin {
    /// What a volume is called that is made of it.
    fileprivate var adoptedName: String {
        (try? ResourceName.checked(name, field: "name")) ?? "adopted"
    }
}

extension Refusal {
    fileprivate static func tooDeepToAdopt(_ layer: LayerID, _ deepest: Int) -> Refusal {
        Refusal(
            .chainTooDeep,
            "layer \(layer) rests on as many as a volume can have (\(deepest)): "
                + "its bytes can only be read from its file"
        )
    }
}
