internal import Foundation

/// How values are written as JSON: `{"version":1,"value":…}`. Without a version: as it was before there was one (0).
///
/// Decided here (2026-11): one number for the form of all of them, to be raised when something stored comes to mean
/// something else; a field that is new or gone needs no other number. What a later release wrote is read as far as this
/// one understands it. Rejected: a column with the number beside each of nine columns.
public enum StoredJSON {
    static let version = 1

    public static func text(_ value: some Encodable) throws -> String {
        try bareText(Versioned(version: version, value: value))
    }

    /// What is fixed when it is accepted, and must not be guessed at: a step's input. A field that is new must be
    /// optional, so that the inputs of operations that an earlier release accepted are read.
    ///
    /// - Parameter userInfo: what the value needs to be read.
    /// - Throws: `DecodingError`, also for a value that a guess would do for elsewhere.
    public static func strictValue<Value: Decodable>(
        _ type: Value.Type, _ text: String, userInfo: [CodingUserInfoKey: any Sendable] = [:]
    ) throws -> Value {
        let decoder = JSONDecoder()
        decoder.userInfo = userInfo
        return try decoder.decode(Unversioned<Value>.self, from: Data(text.utf8)).value
    }

    /// A value that SQL looks into: it has no version.
    static func bareText(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// A list of texts, for `json_each` of a statement.
    static func list(_ texts: some Sequence<String>) throws -> StoredValue { .text(try bareText(Array(texts))) }
}

private struct Versioned<Value: Encodable>: Encodable {
    let version: Int
    let value: Value
}

/// A value with or without a version around it.
private struct Unversioned<Value: Decodable>: Decodable {
    let value: Value

    private enum CodingKeys: CodingKey, CaseIterable {
        case version
        case value
    }

    init(from decoder: any Decoder) throws {
        guard let container = try? decoder.container(keyedBy: CodingKeys.self),
            CodingKeys.allCases.allSatisfy(container.contains)
        else {
            value = try Value(from: decoder)
            return
        }
        value = try container.decode(Value.self, forKey: .value)
    }
}
