/// Data that no user's resource names and that nobody may lose: its layer stays, and everything that it rests on, until
/// an administrator decides.
public struct QuarantinedLayer: Hashable, Sendable {
    /// How a layer came to be here.
    public enum Reason: String, Hashable, Sendable, Codable, CaseIterable {
        /// Its file was there and no row knew it.
        case orphaned = "ORPHANED_LAYER"
        /// An administrator gave up the resource that it was of.
        case abandoned = "ABANDONED"
        /// The backup that the metadata were restored from did not know it.
        case unknownToBackup = "UNKNOWN_TO_BACKUP"
    }

    /// What the data belonged to, as far as that is known; otherwise the layer itself.
    public struct Origin: Hashable, Sendable {
        public let kind: ResourceKind
        public let id: String
        public let name: String

        public init(kind: ResourceKind, id: String, name: String) {
            self.kind = kind
            self.id = id
            self.name = name
        }

        public init<Origin: Resource>(_ resource: Origin) {
            self.init(kind: Origin.kind, id: resource.id.rawValue, name: resource.header.name)
        }

        /// Nobody knows.
        public init(unknownFor layer: LayerID) {
            self.init(kind: .layer, id: layer.rawValue, name: "")
        }
    }

    public let layerID: LayerID
    public let reason: Reason
    public let origin: Origin
    /// Who put it here.
    public let principal: String
    public let time: Timestamp

    public init(layerID: LayerID, reason: Reason, origin: Origin, principal: String, time: Timestamp) {
        self.layerID = layerID
        self.reason = reason
        self.origin = origin
        self.principal = principal
        self.time = time
    }
}
