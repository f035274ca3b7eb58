internal import Model
internal import Store

extension MetadataStore {
    /// Waits until a condition on the store holds, looking again after every change.
    ///
    /// - Parameter interval: look at least this often; nil: only after changes.
    /// - Returns: what `look` found, the first time it is not nil.
    func first<Result: Sendable>(
        lookingEvery interval: Duration? = nil, _ look: @escaping @Sendable (any ReadTransaction) throws -> Result?
    ) async throws -> Result {
        while true {
            let changes = changes()
            if let found = try await read(look) { return found }
            try Task.checkCancellation()
            await nextElement(of: changes, within: interval)
        }
    }

    /// Waits until no operation holds a server; absent: at once.
    func untilIdle(_ id: ServerID) async throws {
        _ = try await first { transaction -> Bool? in
            let server: Server? = try transaction.get(id)
            return server?.header.operationID == nil ? true : nil
        }
    }
}

/// Waits for a signal, or until a time is over, or until the task is cancelled.
func nextElement(of signals: AsyncStream<Void>, within limit: Duration?) async {
    await withTaskGroup(of: Void.self) { group in
        group.addTask { for await _ in signals { return } }
        if let limit { group.addTask { try? await Task.sleep(for: limit) } }
        await group.next()
        group.cancelAll()
    }
}
