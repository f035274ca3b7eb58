internal import Model
internal import Store

extension MetadataStore {
    /// Waits until no operation holds a server; absent: at once.
    func untilIdle(_ id: ServerID) async throws {
        while true {
            let changes = changes(of: [.resource(id.rawValue)])
            let server: Server? = try await read { try $0.get(id) }
            if server?.header.operationID == nil { return }
            try Task.checkCancellation()
            await nextElement(of: changes, within: nil)
        }
    }
}

/// Waits for a signal, or until a time is over, or until the task is cancelled.
///
/// - Parameter signals: nil: there is only the time.
func nextElement(of signals: AsyncStream<Void>?, within limit: Duration?, _ pace: Pace = Pace()) async {
    await withTaskGroup(of: Void.self) { group in
        if let signals { group.addTask { for await _ in signals { return } } }
        if let limit { group.addTask { try? await pace.pause(limit) } }
        await group.next()
        group.cancelAll()
    }
}
