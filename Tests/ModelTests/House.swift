import Model

/// Rows and facts to plant things in: `data` (root <- top) with a snapshot of the root, on a server that runs.
struct House {
    static let root = LayerID(stored: "lay-root")
    static let top = LayerID(stored: "lay-top")
    static let volumeID = VolumeID(stored: "vol-data")
    static let snapshotID = SnapshotID(stored: "vsnap-monday")
    static let serverID = ServerID(stored: "srv-web")
    static let now = Timestamp(millisecondsSinceEpoch: 1_000)

    var rows = MetadataRows()
    var facts = StorageFacts()

    init() {
        add(Self.root, on: nil, .frozen)
        add(Self.top, on: Self.root, .active)
        rows.servers = [
            Server(
                id: Self.serverID, header: Self.header("web"), state: .running, kind: .external,
                desiredState: .running)
        ]
        rows.volumes = [volume(Self.volumeID, "data", top: Self.top, .inUse)]
        rows.volumes[0].placement = .init(serverID: Self.serverID, slot: 0)
        rows.snapshots = [snapshot(Self.snapshotID, "monday", layer: Self.root, .available)]
        facts.servers[Self.serverID] = .serving([Self.volumeID: Self.top])
        facts.inventory.processes = [Self.serverID]
    }

    static func header(_ name: String) -> ResourceHeader {
        ResourceHeader(
            projectID: ProjectID(stored: "prj-a"), attributes: ResourceAttributes(name: name), at: now)
    }

    func volume(_ id: VolumeID, _ name: String, top: LayerID, _ state: Volume.State) -> Volume {
        Volume(id: id, header: Self.header(name), state: state, size: .mebibyte, topLayerID: top)
    }

    func snapshot(
        _ id: SnapshotID, _ name: String, layer: LayerID, _ state: VolumeSnapshot.State,
        of owner: ServerSnapshotID? = nil
    ) -> VolumeSnapshot {
        VolumeSnapshot(
            id: id, header: Self.header(name), state: state, volumeID: Self.volumeID, volumeName: "data",
            serverSnapshotID: owner, size: .mebibyte, layerID: layer, consistency: .crash, cutTime: Self.now,
            slot: nil)
    }

    /// A layer with a row and a file.
    mutating func add(_ id: LayerID, on parent: LayerID?, _ state: LayerRecord.State) {
        let depth = parent.flatMap { rows.layers[$0] }.map { $0.depth + 1 } ?? 0
        rows.layers[id] = LayerRecord(id: id, parentID: parent, size: .mebibyte, depth: depth, state: state)
        addFile(id, on: parent, isWritable: state != .frozen)
    }

    mutating func hold(_ layer: LayerID, by holder: LayerHolder) {
        facts.inventory.layers[layer]?.isOpen = true
        facts.inventory.layers[layer]?.holders = [holder]
    }

    /// A layer without a row.
    mutating func addFile(_ id: LayerID, on parent: LayerID?, isWritable: Bool = true, holdsData: Bool = true) {
        facts.inventory.layers[id] = LayerFacts(
            parent: parent.map { .layer($0) } ?? .none, size: .mebibyte, allocated: .zero, isWritable: isWritable,
            holdsData: holdsData)
    }

    /// An operation that has not ended, holding the volume.
    mutating func beginOperation(_ state: Volume.State, _ change: (inout House) -> Void = { _ in }) {
        let id = OperationID(stored: "op-a")
        rows.openOperations = [
            Operation(
                id: id, projectID: ProjectID(stored: "prj-a"), type: "ANY", steps: [.init(name: "run")],
                targetIDs: [Self.volumeID.rawValue], requestID: "", principal: "admin", input: "", warnings: [],
                at: Self.now)
        ]
        rows.volumes[0].state = state
        rows.volumes[0].header.operationID = id
        change(&self)
    }
}

extension Stray {
    static func file(_ name: String, layerID: LayerID?) -> Stray {
        Stray(
            id: name, name: name, what: "file", inPlace: "a file without a whole header", layerID: layerID,
            isMovable: true)
    }

    static func link(_ name: String, layerID: LayerID?) -> Stray {
        Stray(id: name, name: name, what: "link", inPlace: "a link in its place", layerID: layerID, isMovable: true)
    }
}
