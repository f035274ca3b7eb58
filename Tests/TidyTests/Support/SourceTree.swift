import Foundation
import Testing

/// One text file of the repository.
struct SourceFile: Sendable, CustomTestStringConvertible {
    /// Relative to the repository's root, `Sources/Model/Rules/Names.swift`.
    let path: String
    let text: String

    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    var isSwift: Bool { path.hasSuffix(".swift") }
    /// What a program wrote: it has no form of its own.
    var isGenerated: Bool { path.contains("/Generated/") || path.hasPrefix("Sources/CMessages/") }
    var testDescription: String { path }

    /// The lines with this text in them, counted from 1; fast when there are none.
    func lines(containing text: String) -> [(number: Int, line: Substring)] {
        guard self.text.range(of: text, options: .literal) != nil else { return [] }
        return lines.enumerated().filter { $0.element.contains(text) }.map { ($0.offset + 1, $0.element) }
    }
}

/// Something that the house's rules forbid: where, what, and how to mend it.
struct Violation: Hashable, CustomStringConvertible {
    let path: String
    var line: Int?
    let message: String

    var description: String { "\(path)\(line.map { ":\($0)" } ?? ""): \(message)" }
}

/// The repository that this test was built from.
enum SourceTree {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Everything that people wrote or committed, but the license.
    static let files: [SourceFile] = ["Sources", "Clients", "Tests", "Protos", ".ci"].flatMap(files) + topLevel

    /// Swift code of the products, generated code included.
    static let products = files.filter {
        $0.isSwift && ($0.path.hasPrefix("Sources/") || $0.path.hasPrefix("Clients/"))
    }

    /// Whether a file belongs to a package of its own, with its own manifest.
    static func isNested(_ path: String) -> Bool {
        path.hasPrefix("Protos/") || path.hasPrefix("Tests/Benchmarks/")
    }

    static func entries() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.path)
    }

    private static let topLevel = ["Package.swift", "Makefile", "README.md", "CHANGELOG.md"].compactMap(file)

    private static func files(below folder: String) -> [SourceFile] {
        let paths = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
        return (paths?.compactMap { $0 as? String } ?? [])
            .filter { !$0.contains(".build/") && !$0.contains("__pycache__") }
            .sorted().compactMap { file("\(folder)/\($0)") }
    }

    /// Nil for folders, and for what is no text.
    private static func file(_ path: String) -> SourceFile? {
        guard let data = try? Data(contentsOf: root.appending(path: path)),
            let text = String(data: data, encoding: .utf8)
        else { return nil }
        return SourceFile(path: path, text: text)
    }
}
