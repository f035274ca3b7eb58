extension LayerRecord {
    /// Rows for layers that were found on the disk and had none: frozen, each behind the one that it rests on.
    ///
    /// - Parameter known: layers that have rows, by id.
    /// - Returns: rows for those whose root is known or found too; the others rest on what is not there.
    public static func rows(
        for found: [LayerID: LayerFacts], on known: (LayerID) throws -> LayerRecord?
    ) rethrows -> [LayerRecord] {
        var made: [LayerID: LayerRecord] = [:]
        var rows: [LayerRecord] = []
        var waiting = found.sorted { $0.key.rawValue < $1.key.rawValue }
        var isStuck = false
        while !waiting.isEmpty, !isStuck {
            let countBefore = waiting.count
            waiting = try waiting.filter { id, facts in
                var depth = 0
                switch facts.parent {
                case .none: break
                case .foreign: return true
                case .layer(let parent):
                    guard let below = try made[parent] ?? known(parent) else { return true }
                    depth = below.depth + 1
                }
                let row = LayerRecord(
                    id: id, parentID: facts.parentID, size: facts.size, depth: depth, state: .frozen)
                made[id] = row
                rows.append(row)
                return false
            }
            isStuck = waiting.count == countBefore
        }
        return rows
    }
}
