/// A kind of thing that has an id.
///
/// Open: what is done with things of every kind asks the kind's own type, and no `switch` over kinds stands anywhere.
/// A new kind takes its line in `all` here, and a conformance in each layer (`Deletable`, `StoredKind`, `ManagedKind`).
public struct ResourceKind: RawRepresentable, Codable, Hashable, Sendable {
    /// As messages and commands have it: `server-snapshot`.
    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    public static let project = ResourceKind(rawValue: "project")
    public static let server = ResourceKind(rawValue: "server")
    public static let volume = ResourceKind(rawValue: "volume")
    public static let snapshot = ResourceKind(rawValue: "snapshot")
    public static let serverSnapshot = ResourceKind(rawValue: "server-snapshot")
    public static let autoscaleGroup = ResourceKind(rawValue: "autoscale")
    public static let schedule = ResourceKind(rawValue: "schedule")
    public static let operation = ResourceKind(rawValue: "operation")
    public static let principal = ResourceKind(rawValue: "user")
    public static let token = ResourceKind(rawValue: "token")
    public static let layer = ResourceKind(rawValue: "layer")

    /// All whose ids no name may look like, which is all there are.
    public static let all: [ResourceKind] = [
        .project, .server, .volume, .snapshot, .serverSnapshot, .autoscaleGroup, .schedule, .operation, .principal,
        .token, .layer,
    ]

    /// Ids that do not begin with the kind's name.
    private static let idPrefixes: [ResourceKind: String] = [
        .project: "prj-", .server: "srv-", .volume: "vol-", .snapshot: "vsnap-", .serverSnapshot: "ssnap-",
        .autoscaleGroup: "asg-", .schedule: "sched-", .operation: "op-", .principal: "usr-", .token: "tok-",
        .layer: "lay-",
    ]

    /// What its ids begin with, hyphen included.
    public var idPrefix: String { Self.idPrefixes[self] ?? "\(rawValue)-" }

    /// The kind whose ids look like this text; nil if none do.
    public init?(idShape text: String) {
        guard let kind = Self.all.first(where: { IdentifierShape.matches(text, prefix: $0.idPrefix) }) else {
            return nil
        }
        self = kind
    }

    /// For sentences: `server snapshot`.
    public var words: String {
        self == .autoscaleGroup ? "autoscale group" : String(rawValue.map { $0 == "-" ? " " : $0 })
    }
}

/// One thing of any kind.
public struct ResourceKey: Hashable, Sendable, Codable {
    public let kind: ResourceKind
    public let id: String

    public init(kind: ResourceKind, id: String) {
        self.kind = kind
        self.id = id
    }

    public init<Resource: IdentifiedKind>(_ id: Identifier<Resource>) {
        self.init(kind: Resource.kind, id: id.rawValue)
    }
}
