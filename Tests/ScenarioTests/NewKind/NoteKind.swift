import Model
import Store

@testable import Manager

/// The manager's part.
extension Note: ManagedKind {
    var restingState: State { .written }
}

extension ManagedKinds {
    static let withNotes = ManagedKinds(all.kinds + [Note.self])
}

extension ResourceManager {
    func createNote(
        _ attributes: ResourceAttributes, on volume: String, _ text: String, _ mutation: Mutation
    ) async throws -> MutationAnswer<Note> {
        try await mutate(mutation) { transaction, context in
            let volume: Volume = try transaction.resolve(volume, in: context.projectID, field: "volume")
            try transaction.requireFreeName(attributes.name, in: context.projectID, Note.self)
            let header = ResourceHeader(projectID: context.projectID, attributes: attributes, at: context.now)
            var note = Note(id: context.newID(), header: header, state: .written, volumeID: volume.id, text: text)
            try transaction.insert(&note, by: context.author, at: context.now)
            return Change(target: note)
        }
    }

    func deleteNote(_ reference: String, _ mutation: Mutation) async throws -> MutationAnswer<Note> {
        try await mutate(mutation, for: .freeing) { transaction, context in
            try transaction.deleteAlone(
                transaction.resolve(reference, Note.self, in: context.projectID, field: "note"), &context)
        }
    }

    func listNotes(_ query: ListQuery, _ call: Call) async throws -> Page<Note> {
        try await list(Note.self, query, call) { ListPlace($1) }
    }
}
