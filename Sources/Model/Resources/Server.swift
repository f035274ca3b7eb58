/// What volumes are attached to.
public struct Server: Resource {
    public static let kind = ResourceKind.server

    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case vm = "VM"
        case external = "EXTERNAL"
    }

    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        case provisioning = "PROVISIONING"
        case running = "RUNNING"
        case stopping = "STOPPING"
        case stopped = "STOPPED"
        case starting = "STARTING"
        case rebooting = "REBOOTING"
        case deleting = "DELETING"
        case error = "ERROR"
        case errorDeleting = "ERROR_DELETING"
    }

    /// What it should be, whatever it is now.
    public enum DesiredState: String, Hashable, Sendable, Codable {
        case running = "RUNNING"
        case stopped = "STOPPED"
    }

    /// Slots that a server has: 0 to 63.
    public static let slotCount = 64

    public let id: ServerID
    public var header: ResourceHeader
    public var state: State
    public let serverKind: Kind
    public var desiredState: DesiredState
    /// In the order of the slots. Kept by the volumes; filled in when a server is read.
    public var attachments: [Attachment] = []
    /// Where its volumes are served, in the order of the slots. Filled in when a server is shown.
    public var exports: [Export] = []

    /// Where a volume can be reached, as an NBD URI.
    public struct Export: Hashable, Sendable, Codable {
        public let volumeID: VolumeID
        public let uri: String

        public init(volumeID: VolumeID, uri: String) {
            self.volumeID = volumeID
            self.uri = uri
        }
    }

    public init(id: ServerID, header: ResourceHeader, state: State, kind: Kind, desiredState: DesiredState) {
        self.id = id
        self.header = header
        self.state = state
        self.serverKind = kind
        self.desiredState = desiredState
    }
}

public typealias ServerID = Identifier<Server>

/// A volume in a server's slot.
public struct Attachment: Hashable, Sendable, Codable {
    public let volumeID: VolumeID
    public let slot: Int
    public let boot: Bool
    /// Of the volume; nil: an earlier release wrote it down without.
    public let volumeName: String?

    public init(volumeID: VolumeID, slot: Int, boot: Bool, volumeName: String?) {
        self.volumeID = volumeID
        self.slot = slot
        self.boot = boot
        self.volumeName = volumeName
    }
}
