internal import Store

extension ResourceManager {
    /// Sends a consistent copy of the metadata, in order, while everything goes on; see `MetadataStore.backUp`.
    public func backUpMetadata(
        chunkByteCount: Int, _ call: Call, _ send: ([UInt8]) async throws -> Void
    ) async throws {
        // The copy is the driver's; whether the call may be is the door's.
        try await readSystem(call) { _ in }
        try await store.backUp(chunkByteCount: chunkByteCount, send)
    }
}
