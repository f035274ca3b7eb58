/// A tree as indented lines, for people. Kept flat, so that no depth costs stack.
struct TextTree {
    /// What the branches are drawn with.
    enum Lines: Sendable {
        case ascii
        /// Box-drawing characters.
        case boxes

        fileprivate var branch: String { self == .boxes ? "├── " : "|-- " }
        fileprivate var lastBranch: String { self == .boxes ? "└── " : "`-- " }
        fileprivate var passing: String { self == .boxes ? "│   " : "|   " }
        fileprivate var empty: String { "    " }
    }

    private let texts: [String]
    private var children: [[Int]]
    private var roots: [Int] = []

    /// - Parameter nodes: each with the index of the one above it; nil: a root. Those below one keep their order. What
    ///   is below itself is not shown.
    init(_ nodes: [(text: String, parent: Int?)]) {
        texts = nodes.map(\.text)
        children = Array(repeating: [], count: nodes.count)
        for (index, node) in nodes.enumerated() {
            if let parent = node.parent { children[parent].append(index) } else { roots.append(index) }
        }
    }

    /// The lines without line feeds, from the top.
    func lines(_ style: Lines) -> [String] {
        var lines: [String] = []
        // What is still to be drawn, the next one last: its index, what stands before it, and before all below it.
        var waiting = roots.reversed().map { (index: $0, head: "", indentation: "") }
        while let node = waiting.popLast() {
            lines.append(Printable.line(node.head + texts[node.index]))
            for (place, child) in children[node.index].reversed().enumerated() {
                let head = node.indentation + (place == 0 ? style.lastBranch : style.branch)
                waiting.append((child, head, node.indentation + (place == 0 ? style.empty : style.passing)))
            }
        }
        return lines
    }
}
