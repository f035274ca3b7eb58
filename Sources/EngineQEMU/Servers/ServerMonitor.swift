internal import Engine
internal import Model
internal import Synchronization

/// What the engine asks of one running server process, in the terms of layers and volumes.
///
/// A layer's node is named after the layer, a volume's export after the volume. As the only client of the process's
/// monitor it knows which layers are open without asking.
final class ServerMonitor: Sendable {
    let session: QMPSession
    /// For everything that changes what is open or served, and takes more than one command.
    let turns = Turns()
    /// Over what waits for clients.
    let stalls: StallWatch
    private let usesDirectAccess: Bool
    private let silence: Duration
    private let state: Mutex<State>

    private struct State {
        var openLayers: Set<LayerID>
        /// Overlays that were opened for a cut and are not active yet.
        var prepared: Set<LayerID> = []
        /// The active layer of each volume that is served.
        var served: [VolumeID: LayerID]
        /// When a cut was given up that nobody has told the end of yet.
        var gaveUp: ContinuousClock.Instant?
    }

    /// Asks the process what it has open and serves.
    ///
    /// - Parameter silence: how long an answer is waited for from a process that does nothing.
    init(
        session: QMPSession, stalls: StallWatch, usesDirectAccess: Bool, silence: Duration
    ) async throws(EngineError) {
        self.session = session
        self.stalls = stalls
        self.silence = silence
        self.usesDirectAccess = usesDirectAccess
        let nodes = try await session.execute("query-named-block-nodes", ["flat": true]).array ?? []
        // The nodes of files below the layers have names of QEMU's making, which are no layers' ids.
        let openLayers = nodes.compactMap { $0["node-name"]?.string.flatMap(LayerID.init) }
        state = Mutex(State(openLayers: Set(openLayers), served: try await Self.exports(in: session)))
    }

    func isOpen(_ layer: LayerID) -> Bool {
        state.withLock { $0.openLayers.contains(layer) }
    }

    /// What is open, overlays that wait for their cut left out.
    var openLayers: Set<LayerID> { state.withLock { $0.openLayers.subtracting($0.prepared) } }

    /// The active layer of each volume that is served.
    var served: [VolumeID: LayerID] { state.withLock { $0.served } }

    // MARK: Nodes

    /// Opens a layer read-only on top of its parent's node.
    func openFrozen(_ layer: LayerID, parent: LayerID?) async throws(EngineError) {
        try await open(layer, parent: parent, access: ["read-only": true])
    }

    /// Opens a layer for writing. When it freezes, QEMU opens its file again read-only by itself.
    ///
    /// - Parameter parent: nil for a root, and for an overlay that a cut will put on its parent.
    func openWritable(_ layer: LayerID, parent: LayerID?) async throws(EngineError) {
        try await open(layer, parent: parent, access: ["auto-read-only": true])
    }

    /// The process works in the layers' folder, so a file's name here is the one in the headers of the layers on top.
    /// If the two differ, QEMU describes every chain in full in the name of each of its nodes: at depth 100 a cut then
    /// takes 14 ms instead of 2, and listing 200 nodes 5 s instead of 0.1.
    private func open(_ layer: LayerID, parent: LayerID?, access: [String: JSONValue]) async throws(EngineError) {
        var file: [String: JSONValue] = [
            "driver": "file", "filename": .string(LayerStore.fileName(of: layer)), "discard": "unmap",
            "cache": ["direct": .bool(usesDirectAccess)],
        ]
        file.merge(access) { _, new in new }
        var node: [String: JSONValue] = [
            "driver": "qcow2", "node-name": .string(layer.rawValue), "file": .object(file), "discard": "unmap",
            "backing": parent.map { .string($0.rawValue) } ?? .null,
        ]
        if access["read-only"] != nil { node["read-only"] = true }
        try await change("blockdev-add", .object(node))
        state.withLock { _ = $0.openLayers.insert(layer) }
    }

    /// Closes a layer, which writes back what the process holds of it. Not open: success.
    func close(_ layer: LayerID) async throws(EngineError) {
        guard isOpen(layer) else { return }
        try await change("blockdev-del", ["node-name": .string(layer.rawValue)])
        state.withLock { state in
            state.openLayers.remove(layer)
            state.prepared.remove(layer)
        }
    }

    func resize(_ layer: LayerID, to size: ByteCount) async throws(EngineError) {
        try await stalls.during { () throws(EngineError) in
            try await change("block_resize", ["node-name": .string(layer.rawValue), "size": .integer(size.bytes)])
        }
    }

    /// Executes a command that changes what is open or served. If its answer does not come in time, nobody knows what
    /// it did or will do: the conversation ends, and the next one asks for what there is, behind it.
    private func change(
        _ command: String, _ arguments: JSONValue, within deadline: QMPSession.Deadline? = nil,
        until event: QMPEvent? = nil
    ) async throws(EngineError) {
        do throws(EngineError) {
            if let event {
                try await session.execute(command, arguments, until: event)
            } else {
                try await session.execute(command, arguments, within: deadline)
            }
        } catch {
            if error.reason == .timeout { await session.close() }
            throw error
        }
    }

    // MARK: Cuts

    /// Opens an overlay that is to become active. Open: success.
    func prepare(_ overlay: LayerID) async throws(EngineError) {
        if !isOpen(overlay) { try await openWritable(overlay, parent: nil) }
        state.withLock { _ = $0.prepared.insert(overlay) }
    }

    /// A cut is given up that goes on waiting.
    func noteGivingUp() {
        state.withLock { $0.gaveUp = .now }
    }

    /// Who was disconnected since then; asked once.
    func disconnectedSinceGivingUp() -> [String] {
        let time = state.withLock { state in
            defer { state.gaveUp = nil }
            return state.gaveUp
        }
        return time.map(stalls.disconnected) ?? []
    }

    /// One volume's part in a cut.
    struct Switch {
        let volume: VolumeID
        let active: LayerID
        let overlay: LayerID

        fileprivate var action: JSONValue {
            [
                "type": "blockdev-snapshot",
                "data": ["node": .string(active.rawValue), "overlay": .string(overlay.rawValue)],
            ]
        }
    }

    /// Does all that a switch does, and takes it back: every request that clients have begun is done then, and what
    /// they had written is flushed. It changes nothing, whether or not somebody still waits for its end.
    ///
    /// Source: QEMU's transaction undoes the actions before one that fails, and the action `abort` always does.
    func rehearse(_ cuts: [Switch]) async throws(EngineError) {
        let abort: JSONValue = ["type": "abort", "data": [:]]
        do throws(EngineError) {
            _ = try await stalls.during { () throws(EngineError) in
                try await session.execute(
                    "transaction", ["actions": .array(cuts.map(\.action) + [abort])],
                    within: patience(Self.longestRehearsal))
            }
        } catch {
            guard error.reason == .failed, error.message.contains("Abort action") else { throw error }
        }
    }

    /// A disk that takes longer is no disk.
    private static let longestRehearsal = Duration.seconds(24 * 3_600)

    /// Waiting for its clients is what the process has to do here; one that was stopped does not even that.
    private func patience(_ limit: Duration) -> QMPSession.Deadline {
        .init(silence: min(silence, limit), work: limit, workActivities: [.waiting, .working])
    }

    /// Puts all overlays on their volumes at one instant, all or none.
    ///
    /// - Returns: how long the process took.
    func switchToOverlays(_ cuts: [Switch], within limit: Duration) async throws(EngineError) -> Duration {
        let begin = ContinuousClock.now
        try await stalls.during { () throws(EngineError) in
            try await change("transaction", ["actions": .array(cuts.map(\.action))], within: patience(limit))
        }
        let duration = begin.duration(to: .now)
        state.withLock { state in
            for cut in cuts {
                state.prepared.remove(cut.overlay)
                state.served[cut.volume] = cut.overlay
            }
        }
        return duration
    }

    // MARK: Exports

    /// Asks for something that changes nothing.
    func requireAnswer() async throws(EngineError) {
        try await session.execute("query-block-exports")
    }

    private static func exports(in session: QMPSession) async throws(EngineError) -> [VolumeID: LayerID] {
        var exports: [VolumeID: LayerID] = [:]
        for export in try await session.execute("query-block-exports").array ?? [] {
            guard let volume = export["id"]?.string.flatMap(VolumeID.init) else { continue }
            exports[volume] = export["node-name"]?.string.flatMap(LayerID.init)
        }
        return exports
    }

    func export(_ volume: VolumeID, layer: LayerID) async throws(EngineError) {
        try await change(
            "block-export-add",
            [
                "type": "nbd", "id": .string(volume.rawValue), "name": .string(volume.rawValue),
                "node-name": .string(layer.rawValue), "writable": true,
            ])
        state.withLock { $0.served[volume] = layer }
    }

    /// Ends an export.
    ///
    /// - Parameter force: cuts connected clients off; otherwise the process refuses while there are any.
    func endExport(_ volume: VolumeID, force: Bool) async throws(EngineError) {
        try await stalls.during { () throws(EngineError) in
            try await change(
                "block-export-del", ["id": .string(volume.rawValue), "mode": force ? "hard" : "safe"],
                until: QMPEvent(name: "BLOCK_EXPORT_DELETED", data: ["id": .string(volume.rawValue)]))
        }
        state.withLock { $0.served[volume] = nil }
    }
}
