/// A kind of resource that can be deleted, and what that takes. Pure.
///
/// What hangs on a resource says so itself, and nothing that it hangs on knows of it: a kind whose resources must be
/// deleted before volumes are touches no file of volumes.
public protocol Deletable: Resource {
    /// States that a deletion enters: while it goes on, and when it kept failing.
    static var deleting: State { get }
    static var errorDeleting: State { get }

    /// What else stands or falls with it.
    var relations: [Relation] { get }

    /// The layer that it keeps; nil: it has no data of its own.
    var keptLayerID: LayerID? { get }

    /// Notes what must be done before it can go, and its own deletion as the last step.
    ///
    /// - Parameter cause: why it must go.
    func walk(_ walk: inout DeletionWalk, _ cause: DeletionWalk.Cause)
}

extension Deletable {
    public var keptLayerID: LayerID? { nil }

    public var key: ResourceKey { ResourceKey(id) }

    /// An earlier deletion of it goes on, or kept failing: its name is free.
    public var isBeingDeleted: Bool { state == Self.deleting || state == Self.errorDeleting }
}

/// How one resource stands to another.
public struct Relation: Hashable, Sendable {
    public enum Role: Hashable, Sendable {
        /// It must be deleted before the other one is, which is refused for this reason as long as it is there.
        case hangsOn(Reason)
        /// It is deleted together with the other one, never alone: that is refused for this reason.
        case goesWith(Reason)
        /// It is attached to the other one, which can go without it.
        case isAttachedTo
    }

    public let role: Role
    public let other: ResourceKey
    /// Its place among those that stand to the other one in the same way; those without one are in the order of time.
    public let slot: Int?

    public init<Other: IdentifiedKind>(_ role: Role, _ other: Identifier<Other>, slot: Int? = nil) {
        self.role = role
        self.other = ResourceKey(other)
        self.slot = slot
    }
}
