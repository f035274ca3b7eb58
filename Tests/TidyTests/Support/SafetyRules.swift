/// What may not stand in the products: a peer's bytes must never end the process.
enum SafetyRules {
    private static let forbidden: [(word: String, message: String)] = [
        ("try!", "throw, or answer the failure"),
        ("as!", "use as? and answer the failure"),
        ("fatalError(", "make the state impossible, or throw"),
        ("preconditionFailure(", "make the state impossible, or throw"),
    ]

    static func violations(in file: SourceFile) -> [Violation] {
        forbidden.flatMap { word, message in
            file.lines(containing: word).filter { code($0.line).contains(word) }.map { number, _ in
                Violation(path: file.path, line: number, message: "\(word) ends the process for everybody: \(message)")
            }
        }
    }

    /// The line without its comment.
    private static func code(_ line: Substring) -> Substring {
        line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
    }
}
