public import Engine
public import Model

extension QEMUEngine {
    public func exportURI(of volume: VolumeID, on server: ServerID) -> String {
        ExportURI.text(of: volume.rawValue, socket: servers.directory.exportSocket(of: server))
    }

    /// QEMU does not say which export a client uses, only whether an export is in use: when it is asked to end one in
    /// mode `safe`. That is for changes to ask. (An idle export that ended and came back to answer a question was
    /// missing for whoever connected in that millisecond: 2,525 connections in a minute.)
    public func clients(of server: ServerID) async throws(EngineError) -> [String] {
        let processID = try await servers.process(of: server).runningID()
        return try await BlockingWork.run { () throws(EngineError) in
            let connections = try NBDConnections(server: server).all(of: processID)
            let peers = NBDConnections.peers(of: connections)
            return connections.compactMap { peers[$0]?.name }.sorted()
        }
    }
}
