internal import Foundation

/// A type of which values are stored as JSON and must be readable whatever release wrote them.
public protocol StoredForm: Codable {
    /// What stands in for a part that a stored value lacks, or that this release does not understand.
    static var blank: Self { get }
}

/// Reads a stored value that is not quite of this release's form: another release, earlier or later, wrote it.
///
/// What it lacks, and what is not understood, comes from the type's blank; without a blank it is left out: a field that
/// may be missing, an element of a list, or else the smallest part around it that can be left out. A list and a watch
/// thus go on, with what can be told of that one row. Only for values that do not have the expected form: all others
/// are decoded as they stand.
struct LenientReading<Value: StoredForm> {
    /// More than these a value cannot have that is worth reading.
    private static var largestMendCount: Int { 100 }

    private let text: String
    private var tree: Any
    private let blank: Any

    init(_ text: String) throws {
        self.text = text
        let stored = try Self.tree(Data(text.utf8))
        let versioned = (stored as? [String: Any]).flatMap { $0["version"] == nil ? nil : $0["value"] }
        tree = versioned ?? stored
        blank = try Self.tree(JSONEncoder().encode(Value.blank))
    }

    /// - Throws: `StoreError.malformed` if nothing of it can be read.
    consuming func value() throws -> Value {
        for _ in 0..<Self.largestMendCount {
            do {
                let data = try JSONSerialization.data(withJSONObject: tree, options: .fragmentsAllowed)
                return try JSONDecoder().decode(Value.self, from: data)
            } catch let error as DecodingError {
                guard let mended = Self.mended(tree, error.path[...], blank) else { throw malformed(error) }
                tree = mended
            }
        }
        throw StoreError.malformed("\(Value.self): nothing of it has the expected form")
    }

    private func malformed(_ error: DecodingError) -> StoreError { .malformed("\(Value.self): \(error)") }

    private static func tree(_ data: Data) throws -> Any {
        do {
            return try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
        } catch {
            throw StoreError.malformed("\(Value.self) is no JSON")
        }
    }

    /// - Parameters:
    ///   - path: to what cannot be read.
    ///   - blank: what stands in for the node, or holds what stands in for its parts; nil: nothing does.
    /// - Returns: nil: the node is to be left out.
    private static func mended(_ node: Any, _ path: ArraySlice<any CodingKey>, _ blank: Any?) -> Any? {
        guard let key = path.first else { return blank }
        if let position = key.intValue, var elements = node as? [Any], elements.indices.contains(position) {
            let element = mended(elements[position], path.dropFirst(), (blank as? [Any])?.first)
            elements.replaceSubrange(position...position, with: element.map { [$0] } ?? [])
            return elements
        }
        guard var fields = node as? [String: Any] else { return blank }
        let stands = (blank as? [String: Any])?[key.stringValue]
        let field = fields[key.stringValue].map { mended($0, path.dropFirst(), stands) } ?? stands
        // Neither there, nor anything to stand in for it.
        guard field != nil || fields[key.stringValue] != nil else { return blank }
        fields[key.stringValue] = field
        return fields
    }
}

extension DecodingError {
    /// To what is missing, or not of the expected form.
    fileprivate var path: [any CodingKey] {
        switch self {
        case .keyNotFound(let key, let context): context.codingPath + [key]
        case .valueNotFound(_, let context), .typeMismatch(_, let context), .dataCorrupted(let context):
            context.codingPath
        @unknown default: []
        }
    }
}
