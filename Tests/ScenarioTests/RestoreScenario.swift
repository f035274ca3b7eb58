import Engine
import EngineTestSupport
import Foundation
import HoldpointMessages
import Manager
import Model
import Store
import StoreSQLite
import Testing

/// A backup restored over layers that it does not know, on the simulated engine: every point at which it can be
/// interrupted ends in the same.
@Suite struct RestoreScenario {
    @Test func whatTheBackupKnewIsBackAndTheRestIsQuarantined() async throws {
        try await withPast { past in
            let plan = try await past.restore()
            #expect(Set(plan.quarantined.map(\.layerID)) == past.newer)
            try await past.reopened { world, house in
                let report = try await world.check()
                #expect(report.findings.isEmpty, "\(report.findings.map(\.message))")
                #expect(Int(report.quarantinedLayerCount) == past.newer.count)
                let server = try await world.client.servers.getServer(GetServerRequest(server: "web-1"))
                #expect(server.state == .stopped && server.desiredState == .stopped)
                let operations = try await house.store.read { try $0.openOperations().count }
                #expect(operations == 0)
                // Who watched before cannot go on as if nothing had happened.
                let watching = await #expect(throws: Refusal.self) {
                    try await house.manager.watch(from: 1, kinds: [], Call(principal: "admin", source: "test")) { _ in }
                }
                #expect(watching?.reason == .compacted)
                try past.expectKnownBytes()
                try await world.settled(
                    try await world.client.servers.startServer(
                        StartServerRequest(requestID: world.newID(), server: "web-1")
                    ).operation)
                try past.engine.write([9], toBlock: 0, of: past.volume)
                try past.expectKnownBytes()
                #expect(try await world.check().findings.isEmpty)
            }
        }
    }

    /// A crash before the new metadata take their place: what was made for nothing serves the next run.
    @Test func anInterruptedRestoreLeavesNoMoreThanOne() async throws {
        try await withPast { past in
            let first = try await past.restore()
            past.engine.inject(.failsAfterWork(EngineError(.failed, "killed")), into: .freeze)
            await #expect(throws: EngineError.self) { try await past.restore() }
            let last = try await past.restore()
            #expect(first.overlays.map(\.exists) == [false] && last.overlays.map(\.exists) == [true])
            #expect(first.overlays.map(\.layer) == last.overlays.map(\.layer))
            #expect(first.quarantined == last.quarantined)
            try await past.reopened { world, _ in
                let findings = try await world.check().findings
                #expect(findings.isEmpty, "\(findings.map(\.message))")
            }
        }
    }

    /// Nothing but empty layers is made before the new metadata are in place: the old ones are as good as before.
    @Test func untilTheEndTheOldMetadataAreWhole() async throws {
        try await withPast { past in
            let before = try await past.engine.inventory().layers
            _ = try await past.restore(isSecured: false)
            let after = try await past.engine.inventory().layers
            #expect(after.filter { before[$0.key] != nil } == before)
        }
    }

    // MARK: A past

    /// What was before the restore: a volume with a snapshot that the backup knows, and one that it does not.
    private struct Past: Sendable {
        let engine: SimulatedEngine
        let folder: String
        let volume: VolumeID
        /// The layer of the known snapshot.
        let known: LayerID
        let newer: Set<LayerID>

        var backup: String { folder + "/backup" }

        func restore(isSecured: Bool = true) async throws -> RestorePlan {
            let path = folder + "/restored/metadata.sqlite"
            try? FileManager.default.removeItem(atPath: folder + "/restored")
            try FileManager.default.createDirectory(atPath: folder + "/restored", withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: backup, toPath: path)
            let store = try SQLiteStore(path: path, reserveBytes: 0) { fatalError("the store failed: \($0)") }
            defer { store.close() }
            let restore = MetadataRestore(store: store, engine: engine, clock: ManagedHouse.now)
            let plan = try await restore.rebuild()
            if isSecured { try await restore.secure(plan) }
            return plan
        }

        func reopened(_ scenario: @escaping @Sendable (World, ManagedHouse) async throws -> Void) async throws {
            try FileManager.default.removeItem(atPath: folder + "/state")
            try FileManager.default.moveItem(atPath: folder + "/restored", toPath: folder + "/state")
            try await InProcessWorld.with(folder, engine: engine, scenario)
        }

        func expectKnownBytes() throws {
            #expect(try engine.readBlock(0, ofLayer: known).first == 1)
        }
    }

    private func withPast(_ scenario: @escaping @Sendable (Past) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let engine = SimulatedEngine()
        let folder = directory.path
        let (stream, continuation) = AsyncStream.makeStream(of: Past.self)
        try await InProcessWorld.with(folder, engine: engine) { world, house in
            let server = try await world.makeServer("web-1")
            let volume = VolumeID(stored: try await world.makeVolume("data-1", on: "web-1").id)
            try engine.write([1], toBlock: 0, of: volume)
            let snapshot = try await world.takeSnapshot("known", of: "data-1")
            try await Self.backUp(house, to: folder + "/backup")
            let before = try await engine.allLayers()
            for number in UInt8(2)...4 {
                try engine.write([number], toBlock: 0, of: volume)
                _ = try await world.takeSnapshot("newer-\(number)", of: "data-1")
            }
            try engine.write([5], toBlock: 0, of: volume)
            let rows = try await house.store.read { try $0.allRows() }
            try await engine.stopServer(ServerID(stored: server.id), force: false)
            continuation.yield(
                Past(
                    engine: engine, folder: folder, volume: volume,
                    known: try #require(rows.snapshots.first { $0.id.rawValue == snapshot.id }?.layerID),
                    newer: try await engine.allLayers().subtracting(before)))
        }
        for await past in stream { return try await scenario(past) }
    }

    private static func backUp(_ house: ManagedHouse, to path: String) async throws {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        let file = try #require(FileHandle(forWritingAtPath: path))
        try await house.manager.backUpMetadata(
            chunkByteCount: 4096, Call(principal: "admin", source: "test")
        ) { try file.write(contentsOf: $0) }
        try file.close()
    }
}
