public import Model

/// What Holdpoint needs of a storage engine: layers of data, and the processes that serve them to servers.
///
/// An engine holds facts, never intent: it knows layers by their ids, which the caller fixes before it asks. Every call
/// may be repeated after a crash and finds its earlier work by name; a repeated call that finds its work done succeeds.
/// A volume's data is a chain of layers, root first; the last one is active, the others are frozen and never written.
/// Calls for one volume or server are not made at once by the caller; calls for different ones are.
public protocol StorageEngine: Sendable {
    /// Name and version, for people: `QEMU 7.2.22`.
    var name: String { get }

    /// The longest chain that a volume may have; a snapshot that would pass it must be refused.
    var maximumChainDepth: Int { get }

    /// Finds running server processes and cleans up what an unfinished call left (temporary files). Call once, before
    /// anything else. Asks no process anything, so that one that does not answer holds nobody up.
    ///
    /// - Returns: servers whose process lives, whether or not it answers.
    func start() async throws(EngineError) -> [ServerID]

    /// Makes an empty layer, durable when the call returns.
    ///
    /// - Parameter parents: the layers that it rests on, root first; empty: it reads as zeros. They must be frozen, or
    ///   belong to a volume that no process has open.
    func createLayer(_ layer: Layer, over parents: [Layer]) async throws(EngineError)

    /// Deletes a layer that nothing rests on and nobody has open; its bytes are gone for ever. Absent: success.
    func deleteLayer(_ id: LayerID) async throws(EngineError)

    /// Starts the process that serves a server's volumes. It outlives this process. Running: success.
    ///
    /// - Throws: `.timeout` if it runs and does not answer; it is left alone, because its clients may still be served.
    func startServer(_ id: ServerID) async throws(EngineError)

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

    /// Where a volume that is attached to a server is served, as an NBD URI. Asks nobody.
    func exportURI(of volume: VolumeID, on server: ServerID) -> String

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

    /// Bytes allocated for each of these layers; absent ones are left out.
    func usage(of layers: [LayerID]) async throws(EngineError) -> [LayerID: ByteCount]

    func capacity() async throws(EngineError) -> StorageCapacity

    /// Every file among the layers, as its own header says, and every process that serves a server. Reads headers only,
    /// disturbs nobody, and may be asked before `start`. What a call just makes or deletes may be there or not.
    func inventory() async throws(EngineError) -> StorageInventory

    /// Reads the tables of one layer against the length of its file: cheap, and enough to find one that was cut off.
    /// Locks nothing and disturbs nobody. The layer must be frozen, or open nowhere.
    ///
    /// - Returns: what its file said before that; nil: it has none, or not a whole one.
    /// - Throws: `.damaged` with what is wrong; `.failed` if it is open for writing.
    func proveTables(of layer: LayerID) async throws(EngineError) -> LayerFacts?

    /// Proves that the data of a chain is there and sound. Locks nothing and disturbs nobody.
    ///
    /// - Parameters:
    ///   - layers: root first. None may be open for writing, now or before the call ends: that is for the caller to see
    ///     to, or to find out afterwards.
    ///   - extent: how much of it is read.
    /// - Throws: `.damaged` with what is wrong; `.failed` if one of the layers is open for writing, `.unknown` if that
    ///   cannot be found out.
    func verify(_ layers: [Layer], _ extent: Verification) async throws(EngineError)

    /// Marks layers as never to be written again. Absent: success.
    func freeze(_ layers: [LayerID]) async throws(EngineError)

    /// Moves files that are no layers, and layers that nobody has open, out of the layers' way, into a folder where
    /// nothing looks at them and nothing is deleted. Absent: success.
    func setAside(_ files: [StrayFile], _ layers: [LayerID]) async throws(EngineError)

    /// Servers whose process ended without being asked to. One that lives and does not answer is not among them. One
    /// consumer: asking again ends the stream that was given before.
    var lostServers: AsyncStream<ServerID> { get }
}
