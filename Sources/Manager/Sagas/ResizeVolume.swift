internal import Engine
internal import Model
internal import Operations
internal import Store

/// Makes a volume larger.
struct ResizeVolumeSaga: Saga {
    static let type = "RESIZE_VOLUME"

    let volumeID: VolumeID
    let layerID: LayerID
    let serverID: ServerID?
    let size: ByteCount
    /// Cuts off connected clients: their writer did not end cleanly then. Missing in what an older release stored.
    let force: Bool?

    func definition(_ tools: SagaTools) -> OperationDefinition {
        // Growing has no undo. Where it failed after its work was done, the same resize again finds it done.
        let resize = StepDefinition(name: "resize", run: { _ in try await run(tools) })
        return OperationDefinition(steps: [resize], complete: complete, rollback: rollback)
    }

    private func run(_ tools: SagaTools) async throws {
        let chain = try await tools.chain(of: volumeID)
        guard let process = try await tools.serving(serverID) else {
            return try await tools.engine.resize(chain, to: size, in: nil, force: false)
        }
        try await tools.requireAnswer(of: process)
        try await tools.writers.whileChanging(volumeID, on: process) {
            do {
                try await tools.withProcess(of: process) {
                    try await tools.engine.resize(chain, to: size, in: process, force: cutsOffClients)
                }
            } catch let error as EngineError where error.reason == .volumeHasClients {
                throw error.withWayOut("holdpoint volume resize \(volumeID) --size \(size.exact) --force")
            }
        }
    }

    private func complete(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        if var layer = try transaction.layer(layerID) {
            layer.size = size
            try transaction.update(layer)
        }
        try transaction.settle(volumeID, settledState, by: operation, at: now) { volume in
            volume.size = size
            volume.writerWasKilled = volume.writerWasKilled || cutsOffClients && serverID != nil
        }
        if let serverID { try transaction.release(serverID, by: operation, at: now) }
    }

    private func rollback(_ transaction: any WriteTransaction, _ operation: inout Operation, _ now: Timestamp) throws {
        try transaction.restore(volumeID, settledState, after: operation, at: now)
        if let serverID { try transaction.release(serverID, by: operation, at: now) }
    }

    private var cutsOffClients: Bool { force ?? false }
    private var settledState: Volume.State { serverID == nil ? .available : .inUse }
}
