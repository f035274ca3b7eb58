internal import Store

extension ResourceManager {
    /// Sends a consistent copy of the metadata, in order, while everything goes on; see `MetadataStore.backUp`.
    public func backUpMetadata(
        chunkByteCount: Int, _ send: ([UInt8]) async throws -> Void
    ) async throws {
        try await store.backUp(chunkByteCount: chunkByteCount, send)
    }
}
