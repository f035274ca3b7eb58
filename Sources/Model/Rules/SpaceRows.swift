/// What names layers, as much of it as is needed to tell who takes how much.
public struct SpaceRows: Sendable {
    public struct Volume: Sendable {
        public let id: VolumeID
        public let projectID: ProjectID
        public let name: String
        public let createTime: Timestamp
        public let topLayerID: LayerID

        public init(id: VolumeID, projectID: ProjectID, name: String, createTime: Timestamp, topLayerID: LayerID) {
            self.id = id
            self.projectID = projectID
            self.name = name
            self.createTime = createTime
            self.topLayerID = topLayerID
        }
    }

    public struct Snapshot: Sendable {
        public let id: SnapshotID
        public let projectID: ProjectID
        public let name: String
        public let createTime: Timestamp
        public let volumeID: VolumeID
        /// Of a member.
        public let ownerID: ServerSnapshotID?
        public let layerID: LayerID

        public init(
            id: SnapshotID, projectID: ProjectID, name: String, createTime: Timestamp, volumeID: VolumeID,
            ownerID: ServerSnapshotID?, layerID: LayerID
        ) {
            self.id = id
            self.projectID = projectID
            self.name = name
            self.createTime = createTime
            self.volumeID = volumeID
            self.ownerID = ownerID
            self.layerID = layerID
        }
    }

    public struct ServerSnapshot: Sendable {
        public let id: ServerSnapshotID
        public let projectID: ProjectID
        public let name: String
        public let createTime: Timestamp

        public init(id: ServerSnapshotID, projectID: ProjectID, name: String, createTime: Timestamp) {
            self.id = id
            self.projectID = projectID
            self.name = name
            self.createTime = createTime
        }
    }

    public var layers: [(id: LayerID, parentID: LayerID?)] = []
    public var volumes: [Volume] = []
    public var snapshots: [Snapshot] = []
    public var serverSnapshots: [ServerSnapshot] = []
    public var quarantined: [QuarantinedLayer] = []

    public init() {}

    /// - Parameter usage: bytes that each layer takes.
    public func account(_ usage: [LayerID: ByteCount]) -> SpaceAccount {
        SpaceAccount(
            layers.map { .init(id: $0.id, parentID: $0.parentID, bytes: usage[$0.id] ?? .zero) },
            users: volumes.map(\.topLayerID) + snapshots.map(\.layerID) + quarantined.map(\.layerID))
    }

    /// What everything in a project takes, and the quarantine, which is of none.
    public func uses(in project: ProjectID, _ account: inout SpaceAccount) -> [SpaceUse] {
        let members = Dictionary(grouping: snapshots.filter { $0.ownerID != nil }) { $0.ownerID }
        let snapshotsOf = Dictionary(grouping: snapshots, by: \.volumeID)
        // A member goes with its server snapshot: what that frees is found once.
        var freedWith: [ServerSnapshotID: ByteCount] = [:]
        let volumeNames = Dictionary(volumes.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        let ownerNames = Dictionary(serverSnapshots.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        var uses: [SpaceUse] = []
        for volume in volumes where volume.projectID == project {
            let owners = Set(snapshotsOf[volume.id, default: []].compactMap(\.ownerID))
            let hanging =
                owners.flatMap { members[$0, default: []].map(\.layerID) }
                + snapshotsOf[volume.id, default: []].filter { $0.ownerID == nil }.map(\.layerID)
            var use = SpaceUse(
                kind: .volume, id: volume.id.rawValue, name: volume.name, createTime: volume.createTime)
            use.measure([volume.topLayerID], with: hanging + [volume.topLayerID], &account)
            uses.append(use)
        }
        for snapshot in serverSnapshots where snapshot.projectID == project {
            let layers = members[snapshot.id, default: []].map(\.layerID)
            var use = SpaceUse(
                kind: .serverSnapshot, id: snapshot.id.rawValue, name: snapshot.name, createTime: snapshot.createTime)
            use.measure(layers, with: layers, &account)
            freedWith[snapshot.id] = use.freed
            uses.append(use)
        }
        for snapshot in snapshots where snapshot.projectID == project {
            var use = SpaceUse(
                kind: .snapshot, id: snapshot.id.rawValue, name: snapshot.name, createTime: snapshot.createTime)
            use.volumeID = snapshot.volumeID.rawValue
            use.volumeName = volumeNames[snapshot.volumeID] ?? ""
            use.serverSnapshotID = snapshot.ownerID?.rawValue ?? ""
            use.serverSnapshotName = snapshot.ownerID.flatMap { ownerNames[$0] } ?? ""
            use.measure([snapshot.layerID], with: [snapshot.layerID], &account)
            if let freed = snapshot.ownerID.flatMap({ freedWith[$0] }) { use.freed = freed }
            uses.append(use)
        }
        for layer in quarantined {
            var use = SpaceUse(
                kind: .layer, id: layer.layerID.rawValue, name: layer.origin.name, createTime: layer.time)
            use.measure([layer.layerID], with: [layer.layerID], &account)
            uses.append(use)
        }
        return uses
    }
}

extension SpaceUse {
    /// - Parameter closure: layers that it and all that must go with it name.
    fileprivate mutating func measure(
        _ own: [LayerID], with closure: [LayerID], _ account: inout SpaceAccount
    ) {
        self.own = own.map { account.bytes(of: $0) }.reduce(.zero, +)
        exclusive = account.freed(byReleasing: own)
        freed = account.freed(byReleasing: closure)
    }
}
