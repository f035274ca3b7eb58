/// A call that clears what is in the way or wrong, as a value: which method that is, and what people type for it, is
/// for services to say.
public enum Remedy: Hashable, Sendable, Codable {
    /// Deletes a resource; its consent is asked for at the terminal.
    case delete(ResourceKey, name: String)
    /// Turns a resource's deletion protection off.
    case unprotect(ResourceKey)
    /// Cuts nobody off.
    case detach(VolumeID, name: String)
    /// Detaches a volume, and cuts its clients off.
    case disconnect(VolumeID, name: String)
    /// Grows a volume, and cuts its clients off.
    case resize(VolumeID, name: String, to: ByteCount)
    /// Cuts nobody off.
    case stop(ServerID, name: String)
    /// Stops a server, and cuts its clients off.
    case cutOff(ServerID, name: String)
    case revert(ServerRevert)
    /// Waits for an operation that changes something of this name.
    case wait(OperationID, changing: String)
    /// An administrator decides on a resource, or on a stuck operation.
    case resolve(String)
    /// Makes a deletion plan anew.
    case plan(String)
    /// Shows snapshots: of a volume its own, otherwise server snapshots, which take theirs along.
    case listSnapshots(of: VolumeID?)
    case listQuarantine
    case show(ResourceKey)
    case listSpace
    case check
    /// As an earlier release wrote it down.
    case written(WrittenRemedy)

    /// A server's going back to a server snapshot of its.
    public struct ServerRevert: Hashable, Sendable, Codable {
        public var server: ServerID
        public var serverSnapshot: ServerSnapshotID
        /// What it is good for.
        public var purpose: String
        public var restart: Bool
        /// Clients are cut off.
        public var force: Bool
        /// Volumes to be left out.
        public var leaveOut: [VolumeID]

        public init(
            of server: ServerID, to serverSnapshot: ServerSnapshotID, _ purpose: String, restart: Bool,
            force: Bool = false, leavingOut leaveOut: [VolumeID]
        ) {
            self.server = server
            self.serverSnapshot = serverSnapshot
            self.purpose = purpose
            self.restart = restart
            self.force = force
            self.leaveOut = leaveOut
        }
    }
}

extension Remedy {
    public static func detach(_ volume: Volume) -> Remedy { .detach(volume.id, name: volume.header.name) }

    public static func disconnect(_ volume: Volume) -> Remedy { .disconnect(volume.id, name: volume.header.name) }

    public static func resize(_ volume: Volume, to size: ByteCount) -> Remedy {
        .resize(volume.id, name: volume.header.name, to: size)
    }

    public static func stop(_ server: Server) -> Remedy { .stop(server.id, name: server.header.name) }

    public static func cutOff(_ server: Server) -> Remedy { .cutOff(server.id, name: server.header.name) }
}

/// A remedy in the words of an earlier release.
///
/// Decided here (2026-11): refusals are kept with remembered requests, and earlier releases wrote down the words in
/// place of the value. Such a one is told as it was written.
public struct WrittenRemedy: Hashable, Sendable, Codable {
    public let description: String
    /// Full name of the method.
    public let method: String
    /// Its request, proto3 JSON.
    public let requestJSON: String
    /// A line that runs as it stands.
    public let command: String
}

/// A remedy as this or an earlier release stored it.
struct StoredRemedy: Decodable {
    let remedy: Remedy

    init(from decoder: any Decoder) throws {
        if let written = try? WrittenRemedy(from: decoder) {
            remedy = .written(written)
        } else {
            remedy = try Remedy(from: decoder)
        }
    }
}
