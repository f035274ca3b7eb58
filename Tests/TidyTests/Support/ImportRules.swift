/// Compares what a file imports with what its target may import.
struct ImportRules {
    let manifest: Manifest

    func violations(in file: SourceFile) -> [Violation] {
        guard let target = manifest.target(of: file.path) else {
            return [
                Violation(path: file.path, message: "belongs to no target of Package.swift: move it, or declare one")
            ]
        }
        return Self.imports(of: file).flatMap { number, module in
            messages(module: module, file: file, target: target).map {
                Violation(path: file.path, line: number, message: $0)
            }
        }
    }

    private func messages(module: String, file: SourceFile, target: DeclaredTarget) -> [String] {
        var messages: [String] = []
        if target.name == "Model" {
            messages.append(
                "Model imports nothing, not even \(module): pass the value in, or move the code to its caller")
        } else if !Arrows.system.contains(module) && !target.dependencies.contains(module) {
            messages.append(
                "\(target.name) imports \(module), no direct dependency of it in Package.swift: add it there if "
                    + "the architecture has that arrow, else go through a module that has it")
        }
        let isOutside =
            !file.isGenerated && !Arrows.cStructureUsers.contains(target.name) && !Arrows.isFree(target.name)
        if isOutside && Arrows.cStructures.contains(module) {
            messages.append(
                "only generated code and ProtobufC touch C structures: use the generated Swift value instead")
        }
        return messages
    }

    /// The modules that a file imports, with the lines.
    static func imports(of file: SourceFile) -> [(line: Int, module: String)] {
        file.lines(containing: "import ").compactMap { number, line in
            line.prefixMatch(of: pattern).map { (number, String($0.output.1)) }
        }
    }

    private static var pattern: Regex<(Substring, Substring)> {
        #/
        ^ \s* (?: @\w+ \s+ )* (?: (?: public | package | internal | fileprivate | private ) \s+ )?
        import \s+ (?: (?: struct | class | enum | protocol | func | var | let | typealias ) \s+ )? (\w+)
        /#
    }
}
