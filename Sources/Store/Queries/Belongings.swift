public import Model

extension ReadTransaction {
    /// A server snapshot's members, in the order of the slots.
    public func members(of serverSnapshot: ServerSnapshotID) throws -> [VolumeSnapshot] {
        try select("this.server_snapshot_id = ?", [.text(serverSnapshot.rawValue)], order: "this.slot, this.id")
    }

    /// A server's volumes, in the order of the slots.
    public func volumes(of server: ServerID) throws -> [Volume] {
        try select("this.server_id = ?", [.text(server.rawValue)], order: "this.slot")
    }

    /// Servers whose volumes should be served, and that no deletion or creation is about.
    public func serversThatShouldRun() throws -> [Server] {
        try select("this.desired_state = 'RUNNING' AND this.state IN ('RUNNING', 'ERROR')", [])
    }
}
