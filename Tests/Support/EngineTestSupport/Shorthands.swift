public import Engine
public import Model

/// Calls as most tests make them.
extension StorageEngine {
    /// - Returns: how long the switch took.
    /// - Throws: the cause of a cut's failure.
    @discardableResult
    public func cut(_ cuts: [Cut], of server: ServerID?) async throws(EngineError) -> Duration {
        do throws(CutFailure) {
            return try await cut(cuts, of: server, within: .seconds(60)).duration
        } catch {
            throw error.cause
        }
    }

    /// Every layer that has data here.
    public func allLayers() async throws(EngineError) -> Set<LayerID> { Set(try await inventory().layers.keys) }

    public func resize(_ volume: VolumeChain, to size: ByteCount, in server: ServerID?) async throws(EngineError) {
        try await resize(volume, to: size, in: server, force: false)
    }

    public func stopServer(_ id: ServerID) async throws(EngineError) {
        try await stopServer(id, force: false)
    }
}
