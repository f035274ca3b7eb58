import HoldpointClient

/// A resource and what it holds. What is held from two sides stands below both, and holds something below one of them
/// only; so no chain of copies makes the tree deeper than four.
struct GraphNode: Sendable {
    let kind: String
    let id: String
    let name: String
    let state: String
    /// How the one above holds it: `slot 0`.
    let place: String
    /// Where it is from, and what is the matter with it.
    let remarks: [String]
    var holds: [GraphNode] = []

    init(_ resource: some HoldpointResource, place: String = "", remarks: [String] = [], holds: [GraphNode] = []) {
        kind = type(of: resource).noun
        (id, name, state) = (resource.id, resource.name, resource.stateName)
        self.place = place
        self.remarks = remarks.filter { !$0.isEmpty } + GraphNode.marks(resource)
        self.holds = holds
    }

    /// Only what leads to a resource, and what it holds; nil: nothing does.
    func around(_ id: String) -> GraphNode? {
        if self.id == id { return self }
        var copy = self
        copy.holds = holds.compactMap { $0.around(id) }
        return copy.holds.isEmpty ? nil : copy
    }

    /// The ids of all, each once, from the top.
    static func ids(_ forest: [GraphNode]) -> [String] {
        var seen: Set<String> = []
        func ids(_ node: GraphNode) -> [String] { [node.id] + node.holds.flatMap(ids) }
        return forest.flatMap(ids).filter { seen.insert($0).inserted }
    }

    /// For people: `slot 0: volume data-1 (vol-…) IN_USE, 1 GiB`.
    var line: String {
        // Names that Holdpoint makes are several words.
        let shown = name.contains(" ") ? "\"\(name)\"" : name
        let subject = "\(kind) \(ResourceText.reference(shown, id)) \(state)"
        return (place.isEmpty ? "" : "\(place): ") + ([subject] + remarks).joined(separator: ", ")
    }

    /// For scripts.
    var tree: JSONValue {
        .object([
            .init(name: "kind", value: .string(kind)), .init(name: "id", value: .string(id)),
            .init(name: "name", value: .string(name)), .init(name: "state", value: .string(state)),
            .init(name: "holds", value: .array(holds.map(\.tree))),
        ])
    }

    private static func marks(_ resource: some HoldpointResource) -> [String] {
        [
            resource.operationID.isEmpty ? nil : "BUSY: \(resource.operationID)",
            resource.failure.map { "FAILED: \($0.reason)" }, resource.deletionProtection ? "PROTECTED" : nil,
        ].compactMap { $0 }
    }
}

extension TextTree {
    init(_ forest: [GraphNode]) {
        var nodes: [(text: String, parent: Int?)] = []
        func add(_ node: GraphNode, below parent: Int?) {
            let index = nodes.count
            nodes.append((node.line, parent))
            for held in node.holds { add(held, below: index) }
        }
        for node in forest { add(node, below: nil) }
        self.init(nodes)
    }
}
