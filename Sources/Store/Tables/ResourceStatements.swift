/// The texts of a kind's statements that are the same for every call: made once, since making them costs more than
/// running them.
public struct ResourceStatements: Sendable {
    /// Up to the condition over the row `this`.
    let select: String
    let selectByID: String
    let selectByName: String
    let insert: String
    let update: String
    let delete: String

    init<Element: StoredResource>(of _: Element.Type) {
        let (table, columns) = (Element.table, Element.columns)
        let selection = columns.map { "this.\($0)" } + Element.derivedColumns
        select = "SELECT \(selection.joined(separator: ", ")) FROM \(table) AS this"
        selectByID = "\(select) WHERE this.id = ?"
        selectByName = "\(select) WHERE this.project_id = ? AND this.name = ? ORDER BY this.create_time, this.id"
        let places = columns.map { _ in "?" }.joined(separator: ", ")
        insert = "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(places))"
        let changes = columns.dropFirst().map { "\($0) = ?" }.joined(separator: ", ")
        update = "UPDATE \(table) SET \(changes) WHERE id = ?"
        delete = "DELETE FROM \(table) WHERE id = ?"
    }
}
