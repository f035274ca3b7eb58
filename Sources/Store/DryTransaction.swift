/// A view that forgets what is written to it: shows what a change would be refused for, beside any writer.
///
/// What a change wrote it does not read again here, so only refusals of what is there count; the change itself decides.
public struct DryTransaction: WriteTransaction {
    private let view: any ReadTransaction

    public init(over view: any ReadTransaction) {
        self.view = view
    }

    public func rows<Element>(
        _ sql: String, _ arguments: [StoredValue], _ decode: (any StoredRow) throws -> Element
    ) throws -> [Element] {
        try view.rows(sql, arguments, decode)
    }

    /// - Returns: as if there had been one row to change.
    public func execute(_ sql: String, _ arguments: [StoredValue]) throws -> Int { 1 }

    /// Nothing changes, so nobody is woken.
    public func note(_ topic: ChangeTopic) {}
}
