internal import Foundation
internal import Model

/// Values that are kept as JSON in a text column, because nothing is ever searched by their parts.
enum JSONColumn {
    static func text(_ value: some Encodable) throws -> String { try StoredJSON.text(value) }

    static func value<Value: StoredForm>(_ type: Value.Type, _ text: String) throws -> Value {
        do {
            return try StoredJSON.strictValue(type, text)
        } catch is DecodingError {
            return try LenientReading<Value>(text).value()
        }
    }

    /// Labels, with a fast way for the usual case that there are none.
    static func labels(_ labels: [String: String]) throws -> String {
        labels.isEmpty ? "{}" : try StoredJSON.bareText(labels)
    }

    static func labels(_ text: String) throws -> [String: String] {
        try plainLabels(text) ?? StoredJSON.strictValue([String: String].self, text)
    }

    /// Labels as `labels` writes them, if nothing in them is escaped: a decoder takes longer than all the rest of a
    /// read.
    private static func plainLabels(_ text: String) -> [String: String]? {
        guard text != "{}" else { return [:] }
        guard !text.utf8.contains(UInt8(ascii: "\\")) else { return nil }
        // What is between the quotes is, in turn: punctuation, key, colon, value.
        let parts = text.utf8.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
        guard parts.count % 4 == 1, parts.last?.elementsEqual("}".utf8) == true else { return nil }
        var labels: [String: String] = [:]
        for index in stride(from: 0, to: parts.count - 1, by: 4) {
            guard parts[index].elementsEqual(index == 0 ? "{".utf8 : ",".utf8),
                parts[index + 2].elementsEqual(":".utf8),
                let key = String(parts[index + 1]), let value = String(parts[index + 3])
            else { return nil }
            labels[key] = value
        }
        return labels
    }
}

extension StoredValue {
    /// `column IN …`; the argument is a `StoredJSON.list`, so that the statement is the same however many there are.
    static var setExpression: String { "(SELECT value FROM json_each(?))" }

    static func flag(_ value: Bool) -> StoredValue { .integer(value ? 1 : 0) }
    static func optional(_ value: String?) -> StoredValue { value.map { .text($0) } ?? .null }
    static func optional(_ value: Int64?) -> StoredValue { value.map { .integer($0) } ?? .null }
    static func id<Resource>(_ id: Identifier<Resource>?) -> StoredValue { optional(id?.rawValue) }
}

extension StoredRow {
    func flag(_ column: Int) throws -> Bool { try integer(column) != 0 }

    /// A small number: a depth, a slot, a count. What is beyond `Int32` counts as its end, so that sums of such numbers
    /// stay numbers whatever a row holds.
    func int(_ column: Int) throws -> Int { Int(Int32(clamping: try integer(column))) }

    func id<Resource>(_ column: Int, _: Resource.Type = Resource.self) throws -> Identifier<Resource> {
        Identifier(stored: try text(column))
    }

    func optionalID<Resource>(_ column: Int, _: Resource.Type = Resource.self) throws -> Identifier<Resource>? {
        try optionalText(column).map { Identifier(stored: $0) }
    }

    func time(_ column: Int) throws -> Timestamp { Timestamp(millisecondsSinceEpoch: try integer(column)) }

    func bytes(_ column: Int) throws -> ByteCount { ByteCount(bytes: try integer(column)) }

    func value<Value: RawRepresentable<String>>(_ column: Int, _ type: Value.Type = Value.self) throws -> Value {
        let text = try text(column)
        guard let value = Value(rawValue: text) else { throw StoreError.malformed("\(type): \(text)") }
        return value
    }
}
