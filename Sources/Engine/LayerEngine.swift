public import Model

/// Layers of data: files now, images of a cluster later.
///
/// An engine holds facts, never intent: it knows layers by their ids, which the caller fixes before it asks. Every call
/// may be repeated after a crash and finds its earlier work by name; a repeated call that finds its work done succeeds.
/// A volume's data is a chain of layers, root first; the last one is active, the others are frozen and never written.
public protocol LayerEngine: Sendable {
    /// Makes an empty layer, durable when the call returns.
    ///
    /// - Parameter parents: the layers that it rests on, root first; empty: it reads as zeros. They must be frozen, or
    ///   belong to a volume that no process has open.
    func createLayer(_ layer: Layer, over parents: [Layer]) async throws(EngineError)

    /// Deletes a layer that nothing rests on and nobody has open; its bytes are gone for ever. Absent: success.
    func deleteLayer(_ id: LayerID) async throws(EngineError)

    /// Marks layers as never to be written again. Absent: success.
    func freeze(_ layers: [LayerID]) async throws(EngineError)

    /// Bytes allocated for each of these layers; absent ones are left out.
    func usage(of layers: [LayerID]) async throws(EngineError) -> [LayerID: ByteCount]

    /// Room where the layers are.
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

    /// Moves what is none of the layers, and layers that nobody has open, to where nothing looks at them and nothing is
    /// deleted. Absent, or not movable: success.
    func setAside(_ strays: [Stray], _ layers: [LayerID]) async throws(EngineError)
}
