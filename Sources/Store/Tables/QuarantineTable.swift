public import Model

private let columns = "layer_id, reason, origin_kind, origin_id, origin_name, principal, time"

extension ReadTransaction {
    /// Every layer in quarantine, in the order in which they came.
    public func quarantined() throws -> [QuarantinedLayer] {
        try rows("SELECT \(columns) FROM quarantine ORDER BY time, layer_id", []) { row in
            let origin = QuarantinedLayer.Origin(
                kind: try row.value(2), id: try row.text(3), name: try row.text(4))
            return QuarantinedLayer(
                layerID: try row.id(0), reason: try row.value(1), origin: origin, principal: try row.text(5),
                time: try row.time(6))
        }
    }
}

extension WriteTransaction {
    /// Puts a layer that has a row into quarantine: from here on it counts as a user of itself and of all that it rests
    /// on, as a snapshot does, and is never written again. Already there: stays as it came.
    ///
    /// The caller has the engine freeze its file, before or after: a layer whose row is FROZEN is opened by nobody for
    /// writing. A volume's top must have lost its volume in the same transaction.
    public func quarantine(
        _ layer: LayerID, because reason: QuarantinedLayer.Reason, origin: QuarantinedLayer.Origin,
        by principal: String, at time: Timestamp
    ) throws {
        try execute(
            "UPDATE layer SET state = ? WHERE id = ?",
            [.text(LayerRecord.State.frozen.rawValue), .text(layer.rawValue)])
        note(.frozenLayers)
        try execute(
            """
            INSERT INTO quarantine (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (layer_id) DO NOTHING
            """,
            [
                .text(layer.rawValue), .text(reason.rawValue), .text(origin.kind.rawValue), .text(origin.id),
                .text(origin.name), .text(principal), .integer(time.millisecondsSinceEpoch),
            ])
    }

    /// Lets a layer go whose data is gone; it has no row otherwise: success.
    public func leaveQuarantine(_ layer: LayerID) throws {
        try execute("DELETE FROM quarantine WHERE layer_id = ?", [.text(layer.rawValue)])
    }
}
