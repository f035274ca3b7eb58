/// A target as `Package.swift` declares it.
struct DeclaredTarget {
    let name: String
    let path: String
    /// Names of modules: targets and products.
    let dependencies: Set<String>
}

/// Reads the targets out of the manifest's text; `swift package describe` would take a build's lock.
struct Manifest {
    let targets: [DeclaredTarget]

    init(_ text: String) throws {
        let named = Self.namedProducts(text)
        targets = text.matches(of: /\.(systemLibrary|target|executableTarget|testTarget)\(\s*name: "/).map { match in
            let rest = text[match.range.upperBound...]
            let name = String(rest.prefix { $0 != "\"" })
            let declaration = Self.argument(rest)
            let folder = match.output.1 == "testTarget" ? "Tests" : "Sources"
            let path = declaration.firstMatch(of: /path: "([^"]+)"/).map { String($0.output.1) }
            return DeclaredTarget(
                name: name, path: path ?? "\(folder)/\(name)", dependencies: Self.modules(declaration, named))
        }
    }

    /// The target whose folder holds a file; the innermost, if one lies in another.
    func target(of path: String) -> DeclaredTarget? {
        targets.filter { path.hasPrefix($0.path + "/") }.max { $0.path.count < $1.path.count }
    }

    /// `let logging: Target.Dependency = .product(name: "Logging", …` stands for the module `Logging`.
    private static func namedProducts(_ text: String) -> [Substring: String] {
        let matches = text.matches(of: /let (\w+): Target\.Dependency = \.product\(name: "(\w+)"/)
        return Dictionary(matches.map { ($0.output.1, String($0.output.2)) }) { first, _ in first }
    }

    /// Text up to the parenthesis that closes the declaration.
    private static func argument(_ text: Substring) -> Substring {
        var depth = 1
        return text.prefix { character in
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            return depth > 0
        }
    }

    private static func modules(_ declaration: Substring, _ named: [Substring: String]) -> Set<String> {
        guard let list = declaration.firstMatch(of: /dependencies: \[([^\]]*)\]/)?.output.1 else { return [] }
        let bare = list.replacing(/, package: "[^"]*"/, with: "")
        let quoted = bare.matches(of: /"(\w+)"/).map { String($0.output.1) }
        let names = bare.replacing(/"[^"]*"/, with: "").matches(of: /\w+/).compactMap { named[$0.output] }
        return Set(quoted + names)
    }
}
