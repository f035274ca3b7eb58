public import Model

/// The processes that serve volumes to servers: storage daemons now, virtual machines later.
///
/// Every call may be repeated after a crash; a repeated call that finds its work done succeeds. Calls for one server or
/// volume are not made at once by the caller; calls for different ones are. What only looks never acts: nothing is
/// started, ended or mended by being observed.
public protocol ServerEngine: Sendable {
    /// Starts the process that serves a server's volumes. It outlives this process. Running: success.
    ///
    /// - Parameter machine: what the process is to be.
    /// - Throws: `.timeout` if it runs and does not answer; it is left alone, because its clients may still be served.
    func startServer(_ id: ServerID, as machine: MachineConfiguration) async throws(EngineError)

    /// Ends that process, flushing what it holds. Not running: success.
    ///
    /// - Parameter force: one that does not answer, or does not end, is killed: a power cut for its clients.
    /// - Throws: `.timeout` for such a one without `force`; it may still end.
    func stopServer(_ id: ServerID, force: Bool) async throws(EngineError)

    /// Opens a volume in a server's process and serves it. The process must run.
    func attach(_ volume: VolumeChain, to server: ServerID) async throws(EngineError)

    /// Ends serving a volume, flushes and closes it; afterwards nobody has it open.
    ///
    /// - Throws: `.volumeHasClients` unless `force`, in which case the clients are cut off.
    func detach(_ volume: VolumeID, from server: ServerID, force: Bool) async throws(EngineError)

    /// Makes the overlays of a cut ready: durable, and open in the server's process if there is one. No data moves yet.
    func prepareCut(_ cuts: [Cut], of server: ServerID?) async throws(EngineError)

    /// Makes all overlays active at one instant, all or none, and freezes what they rest on. Has no undo.
    ///
    /// It waits for what clients have begun. A slow disk gets the time that it needs. A client that keeps the cut from
    /// coming about (it was stopped in the midst of a request, or does not read its answers) is disconnected, alone;
    /// nothing that was acknowledged to it or anybody is lost. Nothing else is ever ended for a cut.
    /// A process that died before, during or after the cut counts as having made it: whoever opens the volumes next
    /// opens the overlays (an empty one reads as what it rests on).
    /// - Parameter limit: nothing is cut if the clients' requests are not done by then. Once the switch has begun it is
    ///   waited for, beyond the limit too.
    /// - Throws: with what is known of the volumes then.
    @discardableResult
    func cut(_ cuts: [Cut], of server: ServerID?, within limit: Duration) async throws(CutFailure) -> CutReport

    /// Gives up overlays that were prepared. They must not have become active.
    ///
    /// - Returns: clients that were disconnected since the cut was given up: what it had begun to wait for is waited
    ///   for all the same, and no client of the server is served until then.
    @discardableResult
    func discardCut(_ cuts: [Cut], of server: ServerID?) async throws(EngineError) -> [String]

    /// Makes a volume's active layer larger, in the server's process if there is one: it is then not served for some
    /// milliseconds. Already that size: success.
    ///
    /// - Throws: `.volumeHasClients` unless `force`, in which case the volume's clients are cut off.
    func resize(
        _ volume: VolumeChain, to size: ByteCount, in server: ServerID?, force: Bool
    ) async throws(EngineError)

    // MARK: Looking

    /// What a server's process does now; nil: it does not run. Asks nothing of a process whose doings are known: one
    /// that was stopped is seen, one that hangs is not.
    ///
    /// - Throws: `.timeout` if it cannot answer, `.unknown`.
    func observe(_ server: ServerID) async throws(EngineError) -> ServerObservation?

    /// Asks a server's process whether it answers: for before a change of which nobody would know the outcome if not.
    ///
    /// - Returns: false: it does not run.
    /// - Throws: `.timeout` if it does not answer, `.unknown`.
    func answers(_ server: ServerID) async throws(EngineError) -> Bool

    /// Clients connected to what serves a server's volumes, one text a connection: `unix:pid=123 (nbdcopy)`. Looked at
    /// from outside: the process is not asked, and nothing that it serves is touched. Which volume each uses cannot be
    /// told.
    ///
    /// - Throws: `.unknown` if it cannot be found out.
    func clients(of server: ServerID) async throws(EngineError) -> [String]

    /// What a layer's writers left so far. Asks nobody; two looks before and after a moment at which everything is
    /// made durable (a cut, a detach) tell whether something was not.
    ///
    /// - Parameter server: the one whose clients write it.
    func activity(of layer: LayerID, on server: ServerID) async throws(EngineError) -> LayerActivity

    /// Where a volume that is attached to a server is served, as an NBD URI. Asks nobody.
    func exportURI(of volume: VolumeID, on server: ServerID) -> String

    /// Servers whose process ended without being asked to. One that lives and does not answer is not among them. One
    /// consumer: asking again ends the stream that was given before.
    var lostServers: AsyncStream<ServerID> { get }
}
