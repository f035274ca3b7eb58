internal import CLinux
public import Engine
internal import Glibc
public import Logging
public import Model
internal import Synchronization

/// A storage engine on QEMU's block layer: layers are qcow2 files, a server is a `qemu-storage-daemon`.
///
/// Why it is built so is told in `README.md` beside this file. One engine at a time may use a state directory.
public final class QEMUEngine: StorageEngine {
    let layers: LayerStore
    let servers: ServerTable
    let limits: QEMULimits
    private let version = Mutex("QEMU")

    /// Reads of the longest chain reach a twelfth of a fresh volume's rate.
    public let capabilities = EngineCapabilities(deepestChain: 200, resizeDisconnects: true)

    static let imageProgram = "qemu-img"

    /// Makes an engine; it does nothing before `start`.
    ///
    /// - Parameter stateDirectory: absolute path of the folder for images and sockets; made by `start` if need be.
    /// - Throws: `.failed` if the path is relative, or too long for the sockets below it.
    public init(stateDirectory: String, limits: QEMULimits = QEMULimits(), logger: Logger) throws(EngineError) {
        let directory = try StateDirectory(stateDirectory)
        self.limits = limits
        layers = LayerStore(directory, logger: logger)
        servers = ServerTable(directory, limits: limits, logger: logger)
    }

    public var name: String { version.withLock { $0 } }

    public var lostServers: AsyncStream<ServerID> { servers.lostServers.stream() }

    public func start() async throws(EngineError) -> [ServerID] {
        Self.raiseDescriptorLimit()
        _ = Readiness.shared
        let (version, usesDirectAccess) = try await BlockingWork.run {
            [layers, limits, directory = servers.directory] () throws(EngineError) in
            try layers.open()
            try Folders.takeOwn(directory.run)
            let version = try ChildProcess.run(Self.imageProgram, ["--version"], deadline: limits.commandDeadline)
            let usesDirectAccess = linux_supports_direct_access(layers.folder)
            guard usesDirectAccess >= 0 else {
                throw .system("see how files are read in", layers.folder, code: -usesDirectAccess)
            }
            return (version, usesDirectAccess == 1)
        }
        // `qemu-img version 7.2.22 (Debian …)`
        let words = version.split(whereSeparator: \.isWhitespace)
        if words.count > 2 { self.version.withLock { $0 = "QEMU \(words[2])" } }
        return try await servers.open(usesDirectAccess: usesDirectAccess)
    }

    /// Lets go of the servers' processes, which go on, so that another engine can take them over. Nothing may be asked
    /// of this engine afterwards.
    public func close() async {
        await servers.close()
    }

    /// Ends what only reads through images, and lets nothing of the kind begin: for the end of the program, which must
    /// not wait for it.
    public func endProofs() {
        Runs.shared.endAll()
    }

    /// A process needs a descriptor for every layer that it has open, and inherits our limit.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    // MARK: Layers

    public func createLayer(_ layer: Layer, over parents: [Layer]) async throws(EngineError) {
        try await BlockingWork.run { [layers] () throws(EngineError) in
            try layers.check(parents)
            if let parent = parents.last { try Self.checkParent(parent, of: layer, in: layers) }
            try layers.create(layer, parent: parents.last?.id)
        }
        try await layers.sync([layer.id])
    }

    private static func checkParent(_ parent: Layer, of layer: Layer, in layers: LayerStore) throws(EngineError) {
        guard layer.size >= parent.size else {
            throw EngineError(.failed, "\(layer.id) is smaller than what it rests on")
        }
        guard try !layers.isWritten(parent.id) else {
            throw EngineError(.failed, "\(parent.id) is being written")
        }
    }

    public func deleteLayer(_ id: LayerID) async throws(EngineError) {
        try await BlockingWork.run { [layers] () throws(EngineError) in try layers.delete(id) }
    }

    public func usage(of layers: [LayerID]) async throws(EngineError) -> [LayerID: ByteCount] {
        try await BlockingWork.run { [store = self.layers] () throws(EngineError) in try store.usage(of: layers) }
    }

    public func capacity() async throws(EngineError) -> StorageCapacity {
        try await BlockingWork.run { [layers] () throws(EngineError) in try layers.capacity() }
    }

    // MARK: Servers

    public func startServer(_ id: ServerID, as machine: MachineConfiguration) async throws(EngineError) {
        switch machine {
        case .external: try await servers.start(id)
        }
    }

    public func stopServer(_ id: ServerID, force: Bool) async throws(EngineError) {
        try await servers.stop(id, force: force)
    }

    public func observe(_ server: ServerID) async throws(EngineError) -> ServerObservation? {
        guard let monitor = try await servers.monitor(of: server) else { return nil }
        return ServerObservation(activeLayers: monitor.served)
    }

    public func answers(_ server: ServerID) async throws(EngineError) -> Bool {
        guard let monitor = try await servers.monitor(of: server) else { return false }
        try await monitor.requireAnswer()
        return true
    }
}
