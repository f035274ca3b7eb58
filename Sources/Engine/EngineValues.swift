public import Model

/// One layer as an engine sees it.
public struct Layer: Hashable, Sendable, Codable {
    public let id: LayerID
    /// The size of the block device that it shows.
    public let size: ByteCount

    public init(id: LayerID, size: ByteCount) {
        self.id = id
        self.size = size
    }
}

/// A volume as an engine opens it.
public struct VolumeChain: Hashable, Sendable, Codable {
    public let volume: VolumeID
    /// Root first, never empty; the last one is active.
    public let layers: [Layer]

    public init(volume: VolumeID, layers: [Layer]) {
        self.volume = volume
        self.layers = layers
    }
}

/// One volume's part in a cut: a new overlay on top of its chain.
public struct Cut: Hashable, Sendable, Codable {
    /// The volume before the cut.
    public let chain: VolumeChain
    /// As large as the layer that it goes on.
    public let overlay: Layer

    public init(chain: VolumeChain, overlay: Layer) {
        self.chain = chain
        self.overlay = overlay
    }
}

/// How a cut came about.
public struct CutReport: Hashable, Sendable {
    /// How long the process took for the switch, writes waiting; zero if nobody has the volumes open, or if the cut was
    /// found done.
    public var duration = Duration.zero
    /// How long the cut waited for requests that clients had begun, writes waiting too.
    public var stall = Duration.zero
    /// Clients that were disconnected because the cut would have waited for them for ever, one text each.
    public var disconnectedClients: [String] = []

    public init() {}
}

/// Why a cut was not made, and what is known of it.
public struct CutFailure: Error, Hashable, Sendable {
    public enum Outcome: Hashable, Sendable {
        /// This call has cut nothing, and no volume will be cut because of it.
        case nothingCut
        /// The volumes may have been cut, or may be yet.
        case unknown
    }

    public let outcome: Outcome
    public let cause: EngineError
    /// As in `CutReport`: they are gone whatever became of the cut.
    public let disconnectedClients: [String]

    public init(_ outcome: Outcome, _ cause: EngineError, disconnectedClients: [String] = []) {
        self.outcome = outcome
        self.cause = cause
        self.disconnectedClients = disconnectedClients
    }
}

/// What a server's process does.
public struct ServerObservation: Hashable, Sendable {
    /// The active layer of each volume that it serves.
    public var activeLayers: [VolumeID: LayerID]

    public init(activeLayers: [VolumeID: LayerID]) {
        self.activeLayers = activeLayers
    }
}

/// How much of a chain is read to prove it.
public enum Verification: Hashable, Sendable {
    /// Sizes and parents of all layers, and the inner tables of the last one.
    case structure
    /// That, with the tables of all layers, and every byte that the chain holds.
    case data
}

/// Why an engine could not do what it was asked.
public struct EngineError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: String, Hashable, Sendable, Codable {
        /// No room left; freeing some is enough to go on.
        case storageFull
        /// The server's process does not run, or ended while it was asked.
        case serverLost
        /// The server's process lives and does not answer in time; what it was asked may still happen.
        case timeout
        /// NBD clients are connected to what should be closed.
        case volumeHasClients
        /// Data that should be there is not, or is not what it should be.
        case damaged
        /// It could not be found out whether it may be done; nothing was done. Asking again is safe.
        case unknown
        /// The engine refused or failed for another reason.
        case failed
    }

    public let reason: Reason
    /// What was tried and why it failed, for people who need not know where this host keeps what.
    public let message: String
    /// What else the log should tell: where it failed.
    public let cause: String?

    public init(_ reason: Reason, _ message: String, cause: String? = nil) {
        self.reason = reason
        self.message = message
        self.cause = cause
    }

    /// For the log.
    public var description: String {
        "\(reason.rawValue): \(message)" + (cause.map { " (\($0))" } ?? "")
    }
}
