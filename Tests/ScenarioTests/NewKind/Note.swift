@testable import Model

/// The model's part of a kind that is only here: a text on a volume, which must be deleted before the volume is.
struct Note: Resource {
    static let kind = ResourceKind(rawValue: "note")

    enum State: String, Hashable, Sendable, Codable, CaseIterable {
        case written = "WRITTEN"
        case deleting = "DELETING"
        case error = "ERROR"
        case errorDeleting = "ERROR_DELETING"
    }

    let id: Identifier<Note>
    var header: ResourceHeader
    var state: State
    let volumeID: VolumeID
    var text: String
}

extension Note: Deletable {
    static var deleting: State { .deleting }
    static var errorDeleting: State { .errorDeleting }

    var relations: [Relation] { [Relation(.hangsOn(.stateForbids), volumeID)] }

    func walk(_ walk: inout DeletionWalk, _ cause: DeletionWalk.Cause) {
        walk.delete(self, cause, loses: "what the note says")
    }
}
