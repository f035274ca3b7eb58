/// Reads JSON (RFC 8259) that another process sends.
///
/// What is open is kept in arrays instead of on the stack: a peer that nests values cannot make it grow.
struct JSONParser {
    /// Deepest nesting of arrays and objects. Nothing that QMP answers to our commands nests deeper than about ten, and
    /// comparing and freeing a value goes as deep as it nests.
    static let deepestNesting = 64

    private var scanner: JSONScanner
    private var open: [Container] = []
    /// What is in the open containers, the innermost's last.
    private var items: [Item] = []
    /// Of the value that comes next, if it is an object's member.
    private var name = ""

    /// An array or object whose end was not read yet.
    private struct Container {
        let isObject: Bool
        /// Under which it stands in the one around it.
        let name: String
        let firstItem: Int
    }

    private struct Item {
        let name: String
        let value: JSONValue
    }

    /// The value that a whole text is; nil if it is no JSON, is not UTF-8, nests too deep, or holds a number that
    /// neither an `Int64` nor a finite `Double` can be.
    static func value(of text: [UInt8]) -> JSONValue? {
        var parser = JSONParser(scanner: JSONScanner(text))
        while true {
            guard let beginning = parser.begin() else { return nil }
            guard case .complete(let value) = beginning else { continue }
            guard let end = parser.end(with: value) else { return nil }
            guard case .complete(let whole) = end else { continue }
            guard parser.scanner.isAtEnd else { return nil }
            return whole
        }
    }

    private enum Progress {
        case complete(JSONValue)
        /// Another value comes first.
        case goesOn
    }

    /// Reads the beginning of a value: all of it, or up to the first value in it.
    private mutating func begin() -> Progress? {
        if scanner.take("[") {
            return scanner.take("]") ? .complete([]) : enter(isObject: false)
        } else if scanner.take("{") {
            return scanner.take("}") ? .complete([:]) : enter(isObject: true)
        } else {
            return scanner.scalar().map { .complete($0) }
        }
    }

    private mutating func enter(isObject: Bool) -> Progress? {
        guard open.count < Self.deepestNesting else { return nil }
        open.append(Container(isObject: isObject, name: name, firstItem: items.count))
        return next(isMember: isObject)
    }

    /// Reads up to the next value of what is open.
    private mutating func next(isMember: Bool) -> Progress? {
        guard isMember else { return .goesOn }
        guard let name = scanner.name() else { return nil }
        self.name = name
        return .goesOn
    }

    /// Puts a value where it belongs, and closes what ends behind it.
    ///
    /// - Returns: the outermost value once that is closed.
    private mutating func end(with value: JSONValue) -> Progress? {
        var value = value
        while let container = open.last {
            items.append(Item(name: name, value: value))
            if scanner.take(",") { return next(isMember: container.isObject) }
            guard scanner.take(container.isObject ? "}" : "]") else { return nil }
            value = close(container)
        }
        return .complete(value)
    }

    private mutating func close(_ container: Container) -> JSONValue {
        open.removeLast()
        name = container.name
        let value = Self.value(of: items[container.firstItem...], isObject: container.isObject)
        items.removeSubrange(container.firstItem...)
        return value
    }

    private static func value(of content: ArraySlice<Item>, isObject: Bool) -> JSONValue {
        guard isObject else { return .array(content.map(\.value)) }
        // Of two members of one name the last counts.
        return .object(Dictionary(content.map { ($0.name, $0.value) }) { _, last in last })
    }
}
