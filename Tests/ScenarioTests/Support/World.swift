import Engine
import Foundation
import HoldpointClient
import HoldpointMessages
import HoldpointRPC
import Testing

/// Where a scenario runs. The bodies are the same everywhere.
enum WorldKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    /// Everything in this process, over a simulated engine.
    case inProcess
    /// A real socket, a real store and real QEMU processes, all run by this process.
    case socket
    /// The real `holdpointd`.
    case binaries

    var testDescription: String { rawValue }
}

/// A running Holdpoint with nothing in it, and a client of it.
struct World: Sendable {
    let client: HoldpointClient
    let password: String
    let directory: String
    let kind: WorldKind
    /// Where the bytes are, if its disks are simulated.
    var simulated: SimulatedEngine?

    /// Runs a scenario in a new world, and takes the world apart afterwards, whatever happened.
    static func with(_ kind: WorldKind, _ scenario: @Sendable (World) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        switch kind {
        case .inProcess: try await InProcessWorld.with(directory.path, scenario)
        case .socket: try await SocketWorld.with(directory.path, scenario)
        case .binaries: try await DaemonWorld.with(directory.path, scenario)
        }
    }

    var consent: Consent { Consent(acknowledged: true, password: password) }
}

extension World {
    /// Waits for an answer's operation.
    @discardableResult
    func settled(_ operation: HoldpointMessages.Operation?) async throws -> HoldpointMessages.Operation? {
        guard let operation else { return nil }
        let ended = try await client.wait(for: operation, timeout: .seconds(60))
        #expect(ended.state == .succeeded, "\(ended.kind): \(ended.error?.message ?? "")")
        return ended
    }

    func makeServer(_ name: String) async throws -> Server {
        let answer = try await client.servers.createServer(
            CreateServerRequest(requestID: newID(), server: Server(name: name, kind: .external)))
        try await settled(answer.operation)
        return try await client.servers.getServer(GetServerRequest(server: try #require(answer.server?.id)))
    }

    func makeVolume(
        _ name: String, mebibytes: UInt64 = 8, on server: String = "", snapshot: String = ""
    ) async throws -> Volume {
        let answer = try await client.volumes.createVolume(
            CreateVolumeRequest(
                requestID: newID(), volume: Volume(name: name, sizeBytes: mebibytes << 20), snapshot: snapshot,
                attachServer: server))
        try await settled(answer.operation)
        return try await client.volumes.getVolume(GetVolumeRequest(volume: try #require(answer.volume?.id)))
    }

    func takeSnapshot(_ name: String, of volume: String) async throws -> VolumeSnapshot {
        let answer = try await client.snapshots.createSnapshot(
            CreateSnapshotRequest(requestID: newID(), snapshot: VolumeSnapshot(name: name), volume: volume))
        try await settled(answer.operation)
        return try await client.snapshots.getSnapshot(
            GetSnapshotRequest(snapshot: try #require(answer.snapshot?.id)))
    }

    func takeServerSnapshot(_ name: String, of server: String) async throws -> ServerSnapshot {
        let answer = try await client.serverSnapshots.createServerSnapshot(
            CreateServerSnapshotRequest(
                requestID: newID(), serverSnapshot: ServerSnapshot(name: name), server: server))
        try await settled(answer.operation)
        return try await client.serverSnapshots.getServerSnapshot(
            GetServerSnapshotRequest(serverSnapshot: try #require(answer.serverSnapshot?.id)))
    }

    func detach(_ volume: String) async throws {
        try await settled(
            try await client.volumes.detachVolume(DetachVolumeRequest(requestID: newID(), volume: volume)).operation)
    }

    func deleteVolume(_ volume: String) async throws {
        try await settled(
            try await client.volumes.deleteVolume(
                DeleteVolumeRequest(requestID: newID(), volume: volume, consent: consent)
            ).operation)
    }

    func deleteSnapshot(_ snapshot: String) async throws {
        try await settled(
            try await client.snapshots.deleteSnapshot(
                DeleteSnapshotRequest(requestID: newID(), snapshot: snapshot, consent: consent)
            ).operation)
    }

    func deleteServerSnapshot(_ snapshot: String) async throws {
        try await settled(
            try await client.serverSnapshots.deleteServerSnapshot(
                DeleteServerSnapshotRequest(requestID: newID(), serverSnapshot: snapshot, consent: consent)
            ).operation)
    }

    func deleteServer(_ server: String) async throws {
        try await settled(
            try await client.servers.deleteServer(
                DeleteServerRequest(requestID: newID(), server: server, consent: consent)
            ).operation)
    }

    func newID() -> String { HoldpointClient.newRequestID() }
}

/// The status with which a call is refused.
///
/// - Throws: if it is not refused.
func refusal<Answer>(_ call: () async throws -> Answer) async throws -> Status {
    do {
        _ = try await call()
    } catch let error as RPCError {
        return error.status
    }
    Issue.record("the call was not refused")
    throw CancellationError()
}
