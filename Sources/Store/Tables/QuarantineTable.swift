public import Model

/// Data that nobody uses and nobody may lose: counts as a user of its layer, and of all that it rests on.
public struct Quarantine: Sendable, Hashable {
    public enum Reason: String, Sendable, Hashable, Codable, CaseIterable {
        /// An administrator forgot the resource that it belonged to.
        case abandoned = "ABANDONED"
    }

    /// The resource that it belonged to.
    public struct Origin: Sendable, Hashable {
        public let kind: String
        public let id: String
        public let name: String

        public init(kind: String, id: String, name: String) {
            self.kind = kind
            self.id = id
            self.name = name
        }
    }
}

extension WriteTransaction {
    public func quarantine(
        _ layer: LayerID, because reason: Quarantine.Reason, _ origin: Quarantine.Origin, by principal: String,
        at time: Timestamp
    ) throws {
        try execute(
            """
            INSERT INTO quarantine (layer_id, reason, origin_kind, origin_id, origin_name, principal, time)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(layer.rawValue), .text(reason.rawValue), .text(origin.kind), .text(origin.id),
                .text(origin.name), .text(principal), .integer(time.millisecondsSinceEpoch),
            ])
    }
}
