import ArgumentParser

/// One `--label key=value`.
struct Label: Hashable, Sendable {
    let key: String
    let value: String

    /// - Throws: `ValidationError` without `=` or with an empty key.
    static func parse(_ text: String) throws -> Label {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw ValidationError("'\(text)' is not a label: write key=value")
        }
        return Label(key: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
    }
}

extension [Label] {
    /// The labels of a resource; the later of two with one key wins.
    var dictionary: [String: String] {
        Dictionary(map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }
}
