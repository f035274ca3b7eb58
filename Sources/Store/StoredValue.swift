/// A value of a column, as every SQL driver knows it.
public enum StoredValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

/// One row of an answer, read by the position of its columns. Valid only while it is being decoded.
public protocol StoredRow {
    func integer(_ column: Int) throws -> Int64
    func optionalInteger(_ column: Int) throws -> Int64?
    func real(_ column: Int) throws -> Double
    func text(_ column: Int) throws -> String
    func optionalText(_ column: Int) throws -> String?
    func blob(_ column: Int) throws -> [UInt8]
}
