public import Model
internal import Store

/// An event as it is read later.
public struct PastEvent: Sendable {
    public var event: Event
    /// What it was part of: its kind, how far it is, and the consent that it works under.
    public var operation: Operation?
}

extension ResourceManager {
    /// Resources that one name may have been of.
    private static var maximumHolderCount: Int { 1_000 }

    /// What happened, newest first, with what became of it.
    ///
    /// - Returns: events, and before which event the rest begins; nil: there is none.
    /// - Throws: `NOT_FOUND` if nothing has the name, or had it as far as events are kept.
    public func history(_ query: HistoryQuery, _ call: Call) async throws -> (events: [PastEvent], rest: Int64?) {
        try await read(call) { [kinds] transaction, project in
            let ids =
                try query.resource.isEmpty
                ? nil
                : transaction.holders(
                    of: query.resource, in: project, of: kinds, limit: Self.maximumHolderCount)
            let turn = try transaction.history(query, of: ids, in: project)
            var operations: [OperationID: Operation] = [:]
            for id in Set(turn.events.compactMap(\.author.operationID)) {
                operations[id] = try transaction.operation(id, .alone)
            }
            let events = turn.events.map { event in
                PastEvent(event: event, operation: event.author.operationID.flatMap { operations[$0] })
            }
            return (events, turn.rest)
        }
    }

    /// Attempts that were refused for what they came with, the latest first.
    public func denials(
        before: Int64?, pageSize: Int, _ call: Call
    ) async throws -> (denials: [Denial], rest: Int64?) {
        try await keepDenials()
        let found = try await readSystem(call) { try $0.denials(before: before, limit: pageSize) }
        return (found, found.count == pageSize ? found.last?.number : nil)
    }

    /// Notes that somebody was refused; never waits.
    public func noteDenial(principal: String, source: String, reason: String) {
        denials.note(principal: principal, source: source, reason: reason, at: clock())
    }

    /// Writes what was noted.
    func keepDenials() async throws {
        let noted = denials.take()
        guard !noted.isEmpty else { return }
        try await store.write(for: .freeing) { try $0.note(noted) }
    }

    /// Writes refused attempts a second after they were made.
    var denialKeeping: Reconciler {
        Reconciler(name: "keeping of refused attempts", period: .seconds(1), firstDelay: .seconds(1)) {
            try await keepDenials()
        }
    }
}

extension ReadTransaction {
    /// Ids of what is meant: an id itself, or all that bear a name or bore it.
    fileprivate func holders(
        of reference: String, in project: ProjectID, of kinds: ManagedKinds, limit: Int
    ) throws -> [String] {
        guard ResourceKind(idShape: reference) == nil else { return [reference] }
        let living = try named(reference, in: project, of: kinds).map(\.id)
        let former = try formerHolders(of: reference, in: project, limit: limit)
        let all = Set(living + former).sorted().prefix(limit)
        guard !all.isEmpty else {
            throw Refusal(.notFound, "nothing is called \"\(reference)\", or was, as far as events are kept")
        }
        return Array(all)
    }
}
