extension LayerRecord {
    /// Rows for layers that were found on the disk and had none: frozen, each behind the one that it rests on.
    ///
    /// - Parameter known: layers that have rows, by id.
    /// - Returns: rows for those whose root is known or found too; the others rest on what is not there.
    public static func rows(
        for found: [LayerID: LayerFacts], on known: (LayerID) throws -> LayerRecord?
    ) rethrows -> [LayerRecord] {
        let resting = Dictionary(grouping: found.keys) { found[$0]?.parentID }
        var rows: [LayerRecord] = []
        // Those whose place is known, and that what rests on them is still to be looked at.
        var waiting = try found.keys.sorted { $1.rawValue < $0.rawValue }.compactMap { id in
            try bottom(id, found, known)
        }
        while let row = waiting.popLast() {
            rows.append(row)
            let above = (resting[row.id] ?? []).sorted { $1.rawValue < $0.rawValue }
            waiting += above.compactMap { id in
                found[id].map { self.init(id, $0, depth: row.depth + 1) }
            }
        }
        return rows
    }

    /// - Returns: nil unless it rests on nothing, or on a layer that is not found but known.
    private static func bottom(
        _ id: LayerID, _ found: [LayerID: LayerFacts], _ known: (LayerID) throws -> LayerRecord?
    ) rethrows -> LayerRecord? {
        guard let facts = found[id] else { return nil }
        switch facts.parent {
        case .none: return LayerRecord(id, facts, depth: 0)
        case .foreign: return nil
        case .layer(let parent):
            guard found[parent] == nil, let below = try known(parent) else { return nil }
            return LayerRecord(id, facts, depth: below.depth + 1)
        }
    }

    private init(_ id: LayerID, _ facts: LayerFacts, depth: Int) {
        self.init(id: id, parentID: facts.parentID, size: facts.size, depth: depth, state: .frozen)
    }
}
