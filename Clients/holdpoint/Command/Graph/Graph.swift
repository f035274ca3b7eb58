import HoldpointClient

/// What holds what.
struct Graph {
    private let inventory: Inventory
    private let volumesByServer: [String: [Volume]]
    private let snapshotsByVolume: [String: [VolumeSnapshot]]
    private let volumesBySnapshot: [String: [Volume]]
    private let snapshotsByID: [String: VolumeSnapshot]

    init(_ inventory: Inventory) {
        self.inventory = inventory
        volumesByServer = Dictionary(grouping: inventory.volumes, by: \.serverID)
        snapshotsByVolume = Dictionary(grouping: inventory.snapshots, by: \.volumeID)
        volumesBySnapshot = Dictionary(grouping: inventory.volumes, by: \.sourceSnapshotID)
        snapshotsByID = Dictionary(inventory.snapshots.map { ($0.id, $0) }) { first, _ in first }
    }

    /// Servers with their volumes, what is attached to nothing, then server snapshots.
    var forest: [GraphNode] {
        let serverIDs = Set(inventory.servers.map(\.id))
        let volumeIDs = Set(inventory.volumes.map(\.id))
        return inventory.servers.map(node)
            + inventory.volumes.filter { !serverIDs.contains($0.serverID) }.map { node($0, place: "") }
            + inventory.snapshots.filter { !volumeIDs.contains($0.volumeID) }.map(node)
            + inventory.serverSnapshots.map(node)
    }

    private func node(_ server: Server) -> GraphNode {
        let volumes = (volumesByServer[server.id] ?? []).sorted { $0.slot < $1.slot }
        return GraphNode(server, holds: volumes.map { node($0, place: "slot \($0.slot)\($0.boot ? ", boot" : "")") })
    }

    private func node(_ volume: Volume, place: String) -> GraphNode {
        return GraphNode(
            volume, place: place,
            remarks: [ByteSize.text(volume.sizeBytes), origin(of: volume)],
            holds: (snapshotsByVolume[volume.id] ?? []).map(node))
    }

    private func origin(of volume: Volume) -> String {
        let id = volume.sourceSnapshotID
        guard let source = snapshotsByID[id] else { return id.isEmpty ? "" : "made from \(id), which is gone" }
        return "made from \(ResourceText.reference(source.name, id))"
    }

    private func node(_ snapshot: VolumeSnapshot) -> GraphNode {
        let owner = ResourceText.reference(snapshot.serverSnapshotName, snapshot.serverSnapshotID)
        return GraphNode(
            snapshot, remarks: [owner.isEmpty ? "" : "part of server-snapshot \(owner)"],
            holds: (volumesBySnapshot[snapshot.id] ?? []).map { GraphNode($0, place: "made from it") })
    }

    private func node(_ serverSnapshot: ServerSnapshot) -> GraphNode {
        let members = serverSnapshot.memberIDs.compactMap { snapshotsByID[$0] }
        return GraphNode(
            serverSnapshot,
            remarks: ["of server \(ResourceText.reference(serverSnapshot.serverName, serverSnapshot.serverID))"],
            holds: members.map { member in
                let volume = ResourceText.reference(member.volumeName, member.volumeID)
                return GraphNode(member, place: "member", remarks: ["of volume \(volume)"])
            })
    }
}
