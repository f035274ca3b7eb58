public import Model

/// What Holdpoint needs below it: layers of data, and the processes that serve them.
///
/// Who needs only one of the two asks for only that.
public protocol StorageEngine: LayerEngine, ServerEngine {
    /// Name and version, for people: `QEMU 7.2.22`.
    var name: String { get }

    /// The same from the start on.
    var capabilities: EngineCapabilities { get }

    /// Finds running server processes and cleans up what an unfinished call left (temporary files). Call once, before
    /// anything else. Asks no process anything, so that one that does not answer holds nobody up.
    ///
    /// - Returns: servers whose process lives, whether or not it answers.
    func start() async throws(EngineError) -> [ServerID]
}

/// What an engine can do, for what decides above it.
public struct EngineCapabilities: Hashable, Sendable {
    /// Layers of the longest chain that a volume may have: a snapshot that would pass it is refused.
    public var deepestChain: Int
    /// A volume that grows while it is served loses its clients: it must have none, or they must be cut off.
    public var resizeDisconnects: Bool

    public init(deepestChain: Int, resizeDisconnects: Bool) {
        self.deepestChain = deepestChain
        self.resizeDisconnects = resizeDisconnects
    }
}

/// What the process of a server is to be.
public enum MachineConfiguration: Hashable, Sendable {
    /// It serves volumes to clients elsewhere, and runs no machine.
    case external
}
