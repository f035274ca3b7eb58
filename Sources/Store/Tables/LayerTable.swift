public import Model

extension ReadTransaction {
    private static var layerColumns: String { "id, parent_id, size_bytes, depth, state" }

    private func decodeLayer(_ row: any StoredRow) throws -> LayerRecord {
        LayerRecord(
            id: try row.id(0), parentID: try row.optionalID(1), size: try row.bytes(2), depth: try row.int(3),
            state: try row.value(4))
    }

    public func layer(_ id: LayerID) throws -> LayerRecord? {
        try rows("SELECT \(Self.layerColumns) FROM layer WHERE id = ?", [.text(id.rawValue)], decodeLayer).first
    }

    /// A layer and everything below it, root first.
    public func chain(to top: LayerID) throws -> [LayerRecord] {
        try rows(
            """
            WITH RECURSIVE chain(\(Self.layerColumns)) AS (
                SELECT \(Self.layerColumns) FROM layer WHERE id = ?
                UNION ALL
                SELECT layer.id, layer.parent_id, layer.size_bytes, layer.depth, layer.state
                FROM layer JOIN chain ON layer.id = chain.parent_id
            )
            SELECT \(Self.layerColumns) FROM chain ORDER BY depth
            """, [.text(top.rawValue)], decodeLayer)
    }

    /// Nothing needs the row `layer`: no volume's top, named by no snapshot, not in quarantine, nothing resting on it,
    /// not of an operation that is still making it.
    private static var isDead: String {
        """
        state IN ('FROZEN', 'ACTIVE', 'DELETING')
            AND NOT EXISTS (SELECT 1 FROM layer AS child WHERE child.parent_id = layer.id)
            AND NOT EXISTS (SELECT 1 FROM volume WHERE top_layer_id = layer.id)
            AND NOT EXISTS (SELECT 1 FROM volume_snapshot WHERE layer_id = layer.id)
            AND NOT EXISTS (SELECT 1 FROM quarantine WHERE layer_id = layer.id)
        """
    }

    /// Those of some layers that nothing needs.
    public func deadLayers(among ids: [LayerID]) throws -> [LayerRecord] {
        try rows(
            "SELECT \(Self.layerColumns) FROM layer WHERE id IN \(StoredValue.setExpression) AND \(Self.isDead)",
            [try StoredJSON.list(ids.map(\.rawValue))], decodeLayer)
    }

    /// Layers that nothing needs, of those behind a place in the order of their ids.
    ///
    /// - Parameters:
    ///   - place: nil: from the first on.
    ///   - count: how many are looked at; that many rows are the cost.
    /// - Returns: those that are dead, and the place of the last that was looked at; nil: there is no more.
    public func deadLayers(after place: LayerID?, lookingAt count: Int) throws -> (dead: [LayerID], place: LayerID?) {
        let begin = StoredValue.text(place?.rawValue ?? "")
        let end: [LayerID] = try rows(
            "SELECT id FROM layer WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?", [begin, .integer(Int64(count) - 1)]
        ) { try $0.id(0) }
        let dead: [LayerID] = try rows(
            "SELECT id FROM layer WHERE id > ? AND id <= ? AND \(Self.isDead)",
            [begin, .text(end.first?.rawValue ?? Self.behindAllIDs)]
        ) { try $0.id(0) }
        return (dead, end.first)
    }

    /// Sorts behind every id, which are of letters, digits and a dash.
    private static var behindAllIDs: String { "~" }

    public func layers() throws -> [LayerRecord] {
        try rows("SELECT \(Self.layerColumns) FROM layer", [], decodeLayer)
    }

    /// Layers that no operation makes or deletes, at most as many as that, behind a place in the order of their ids.
    public func layersAtRest(after place: LayerID?, limit: Int) throws -> [LayerID] {
        try rows(
            "SELECT id FROM layer WHERE id > ? AND state IN ('FROZEN', 'ACTIVE') ORDER BY id LIMIT ?",
            [.text(place?.rawValue ?? ""), .integer(Int64(limit))]
        ) { try $0.id(0) }
    }

    /// Whether no operation holds the volumes and snapshots that a layer is of.
    public func isAtRest(_ layer: LayerID) throws -> Bool {
        let busy = try rows(
            """
            SELECT EXISTS (SELECT 1 FROM volume WHERE top_layer_id = ? AND operation_id IS NOT NULL)
                OR EXISTS (SELECT 1 FROM volume_snapshot WHERE layer_id = ? AND operation_id IS NOT NULL)
            """, [.text(layer.rawValue), .text(layer.rawValue)]
        ) { try $0.flag(0) }
        return busy.first == false
    }

    /// How the files of frozen layers looked when they were found sound.
    public func layerStamps() throws -> [LayerID: LayerStamp] {
        let stamps: [(LayerID, LayerStamp)] = try rows(
            """
            SELECT id, file_byte_count, modification_nanoseconds FROM layer
            WHERE modification_nanoseconds IS NOT NULL
            """, []
        ) { row in
            (
                try row.id(0),
                LayerStamp(byteCount: try row.integer(1), modificationNanoseconds: try row.integer(2))
            )
        }
        return Dictionary(stamps, uniquingKeysWith: { first, _ in first })
    }

    /// Frozen layers whose file has no stamp yet, at most as many as that, behind a place in the order of their ids.
    public func unstampedLayers(after place: LayerID?, limit: Int) throws -> [LayerID] {
        try rows(
            """
            SELECT id FROM layer WHERE state = 'FROZEN' AND modification_nanoseconds IS NULL AND id > ?
            ORDER BY id LIMIT ?
            """, [.text(place?.rawValue ?? ""), .integer(Int64(limit))]
        ) { try $0.id(0) }
    }
}

extension WriteTransaction {
    public func insert(_ layer: LayerRecord) throws {
        try execute(
            "INSERT INTO layer (id, parent_id, size_bytes, depth, state) VALUES (?, ?, ?, ?, ?)",
            [
                .text(layer.id.rawValue), .id(layer.parentID), .integer(layer.size.bytes), .integer(Int64(layer.depth)),
                .text(layer.state.rawValue),
            ])
        if layer.state == .frozen { note(.frozenLayers) }
    }

    public func update(_ layer: LayerRecord) throws {
        try execute(
            "UPDATE layer SET size_bytes = ?, state = ? WHERE id = ?",
            [.integer(layer.size.bytes), .text(layer.state.rawValue), .text(layer.id.rawValue)])
        if layer.state == .frozen { note(.frozenLayers) }
    }

    /// Inserts a layer, or makes its row like this one. What it rests on must have a row.
    public func put(_ layer: LayerRecord) throws {
        let changed = try execute(
            "UPDATE layer SET parent_id = ?, size_bytes = ?, depth = ?, state = ? WHERE id = ?",
            [
                .id(layer.parentID), .integer(layer.size.bytes), .integer(Int64(layer.depth)),
                .text(layer.state.rawValue), .text(layer.id.rawValue),
            ])
        if changed == 0 { try insert(layer) } else if layer.state == .frozen { note(.frozenLayers) }
    }

    /// Records how the file of a layer looks that was found frozen and sound. What has a stamp keeps it, and what is
    /// not frozen by its row gets none: success.
    public func stamp(_ layer: LayerID, _ stamp: LayerStamp) throws {
        try execute(
            """
            UPDATE layer SET file_byte_count = ?, modification_nanoseconds = ?
            WHERE id = ? AND state = 'FROZEN' AND modification_nanoseconds IS NULL
            """,
            [.integer(stamp.byteCount), .integer(stamp.modificationNanoseconds), .text(layer.rawValue)])
    }

    public func deleteLayer(_ id: LayerID) throws {
        try execute("DELETE FROM layer WHERE id = ?", [.text(id.rawValue)])
    }
}
