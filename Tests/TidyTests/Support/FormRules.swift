/// What every file that people wrote looks like.
enum FormRules {
    static let lineLimit = 120
    static let fileLimit = 300

    /// Files over the limit that are still one idea, and why.
    static let longFiles: [String: String] = [:]

    /// In halves, or this file would be found.
    private static let unfinished = ["TO" + "DO", "FIX" + "ME"]
    private static let machinePaths = ["home", "root", "opt", "work", "Users"].map { "/\($0)/" }

    static func violations(in file: SourceFile) -> [Violation] {
        file.isGenerated ? [] : lines(of: file) + unfinished(in: file) + machinePaths(in: file) + length(of: file)
    }

    private static func lines(of file: SourceFile) -> [Violation] {
        file.lines.enumerated().flatMap { index, line in
            messages(line, in: file).map { Violation(path: file.path, line: index + 1, message: $0) }
        }
    }

    private static func messages(_ line: Substring, in file: SourceFile) -> [String] {
        var messages: [String] = []
        // Counting bytes first is much faster, and hardly ever wrong.
        if line.utf8.count > lineLimit && line.count > lineLimit && hasLimitedLines(file) {
            messages.append(
                "\(line.count) characters, the limit is \(lineLimit): break the line (make format does most)")
        }
        if line.utf8.last == UInt8(ascii: " ") || line.utf8.last == UInt8(ascii: "\t") {
            messages.append("ends in white space: remove it")
        }
        return messages
    }

    private static func unfinished(in file: SourceFile) -> [Violation] {
        unfinished.flatMap { word in
            file.lines(containing: word).map { number, _ in
                Violation(path: file.path, line: number, message: "\(word): do it now, or open an issue")
            }
        }
    }

    /// A folder at the root, not one of that name inside a path.
    private static func machinePaths(in file: SourceFile) -> [Violation] {
        machinePaths.flatMap { folder in
            file.lines(containing: folder).filter { isAtRoot(folder, in: $0.line) }.map { number, _ in
                Violation(
                    path: file.path, line: number,
                    message: "\(folder)… is a path of one machine: take it from an argument or the environment")
            }
        }
    }

    private static func isAtRoot(_ folder: String, in line: Substring) -> Bool {
        line.ranges(of: folder).contains { range in
            guard range.lowerBound > line.startIndex else { return true }
            let before = line[line.index(before: range.lowerBound)]
            return !before.isLetter && !before.isNumber && !"._-~)}".contains(before)
        }
    }

    private static func hasLimitedLines(_ file: SourceFile) -> Bool {
        [".swift", ".py", ".sh", ".proto", "Makefile"].contains { file.path.hasSuffix($0) }
    }

    private static func length(of file: SourceFile) -> [Violation] {
        let count = file.lines.count - 1
        guard file.isSwift, count > fileLimit, longFiles[file.path] == nil else { return [] }
        return [
            Violation(
                path: file.path,
                message:
                    "\(count) lines: at \(fileLimit), ask whether it is two ideas; split it, or add it to longFiles"
            )
        ]
    }
}
