import Engine
import EngineTestSupport
import Foundation
import HoldpointClient
import Model
import Testing

/// The bytes of volumes that are served, as their clients see them.
extension World {
    /// Fills a block of a volume, and has that made durable.
    func write(_ value: UInt8, to volume: String, block index: Int64 = 0) async throws {
        if let simulated {
            return try simulated.write(block(value), toBlock: index, of: VolumeID(stored: try await id(of: volume)))
        }
        let disk = try await disk(volume)
        defer { disk.disconnect() }
        try disk.write(block(value), at: UInt64(index) * 4096)
        try disk.flush()
    }

    /// - Returns: what a block of a volume was filled with; nil: it does not hold one value alone.
    func read(_ volume: String, block index: Int64 = 0) async throws -> UInt8? {
        let bytes: [UInt8]
        if let simulated {
            bytes = try simulated.readBlock(index, of: VolumeID(stored: try await id(of: volume)))
        } else {
            let disk = try await disk(volume)
            defer { disk.disconnect() }
            bytes = try disk.read(4096, at: UInt64(index) * 4096)
        }
        return Set(bytes).count == 1 ? bytes.first : nil
    }

    private func id(of volume: String) async throws -> String {
        try await client.volumes.getVolume(GetVolumeRequest(volume: volume)).id
    }

    /// Connects where its server says that it is served.
    private func disk(_ volume: String) async throws -> NBDClient {
        let volume = try await client.volumes.getVolume(GetVolumeRequest(volume: volume))
        let server = try await client.servers.getServer(GetServerRequest(server: volume.serverID))
        let uri = try #require(server.nbd.first { $0.volumeID == volume.id }?.uri)
        let parts = try #require(URLComponents(string: uri))
        let socket = try #require(parts.queryItems?.first { $0.name == "socket" }?.value)
        return try NBDClient(socket: socket, export: String(parts.path.dropFirst()))
    }
}
