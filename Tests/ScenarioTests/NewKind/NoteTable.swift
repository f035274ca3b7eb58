import Model

@testable import Store

/// The store's part.
extension Note: StoredKind {
    static var table: String { "note" }
    static let statements = ResourceStatements(of: Note.self)
    static var ownColumns: [String] { ["volume_id", "text"] }
    static var references: [StoredReference] { [.init(.hangsOn, .volume, "volume_id")] }

    var ownValues: [StoredValue] { [.text(volumeID.rawValue), .text(text)] }

    init(id: Identifier<Note>, header: ResourceHeader, state: State, row: any StoredRow, first: Int) throws {
        self.init(
            id: id, header: header, state: state, volumeID: try row.id(first), text: try row.text(first + 1))
    }

    static var blank: Note {
        Note(
            id: .init(stored: ""), header: .blank, state: .error, volumeID: VolumeID(stored: ""), text: "")
    }
}

extension Migration {
    static let notes = Migration(
        "test-notes",
        [
            resourceTable(
                "note", states: Note.State.self, "volume_id TEXT NOT NULL REFERENCES volume(id), text TEXT NOT NULL")
        ])
}
