/// One change of the schema. Its name never changes once it was released.
public struct Migration: Sendable {
    public let name: String
    /// Run in order, in one transaction.
    public let statements: [String]

    public init(_ name: String, _ statements: [String]) {
        self.name = name
        self.statements = statements
    }
}

/// The schema of the metadata store, as the changes that lead to it.
public enum Schema {
    public static let migrations: [Migration] = [
        .first, .second, .third, .fourth, .fifth, .sixth, .seventh, .eighth, .ninth,
    ]
}
