internal import Model
internal import Store

/// How much a read looks at, which decides where it runs.
enum ReadExtent: Sendable {
    /// A handful of rows that an index leads to: perhaps on the loop that asks.
    case fewRows
    /// A bounded part, beside others.
    case part
    /// All that there is: one after the other, beside the rest.
    case everything
}

/// The one door for reads of calls, as `mutate` is for changes: what every caller's read must meet stands here.
extension ResourceManager {
    /// Reads one consistent view, of the project that the call is for.
    ///
    /// - Throws: `NOT_FOUND` if there is no such project, and what `body` throws.
    func read<Result: Sendable>(
        _ call: Call, _ extent: ReadExtent = .part,
        _ body: @escaping @Sendable (any ReadTransaction, ProjectID) throws -> Result
    ) async throws -> Result {
        try await readSystem(call, extent) { try body($0, try $0.project(of: call).id) }
    }

    /// Reads one consistent view of what is of no project, whatever project the call names: how the system is must be
    /// told to whom names one that is gone, too.
    func readSystem<Result: Sendable>(
        _ call: Call, _ extent: ReadExtent = .part,
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        switch extent {
        case .fewRows: try await store.lookUp(body)
        case .part: try await store.read(body)
        case .everything: try await store.survey(body)
        }
    }

    /// Lists that are under way at once. Each holds up to a page, and costs milliseconds on the loop that answers it:
    /// thousands at once would be before whatever else comes there.
    static let listsAtOnce = 8

    /// A page for a caller, when it is its turn.
    ///
    /// - Parameter place: where to look; asked in the first turn of the page.
    func list<Element: Listed>(
        _ kind: Element.Type, _ query: ListQuery, _ call: Call,
        in place: @escaping @Sendable (any ReadTransaction, ProjectID) throws -> ListPlace
    ) async throws -> Page<Element> {
        try await listPlaces.take {
            // Who asked may have gone meanwhile.
            try Task.checkCancellation()
            return try await store.list(kind, query) { try place($0, try $0.project(of: call).id) }
        }
    }
}
