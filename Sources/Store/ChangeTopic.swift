public import Model

/// What somebody can wait for in the store.
///
/// A transaction notes what it changes (`WriteTransaction.note`), the store keeps that in memory until the change is
/// durable, and wakes those alone who wait for it: a thousand who wait for other things cost nothing.
public enum ChangeTopic: Sendable, Hashable {
    /// An event of the project.
    case events(of: ProjectID)
    /// A resource was created, changed or deleted; its id, of whatever kind.
    case resource(String)
    /// An operation has ended, or waits for an administrator.
    case rest(of: OperationID)
    /// A layer froze.
    case frozenLayers
}
