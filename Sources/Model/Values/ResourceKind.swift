/// The kinds of things that have an id.
public enum ResourceKind: String, CaseIterable, Codable, Hashable, Sendable {
    case project
    case server
    case volume
    case snapshot
    case serverSnapshot = "server-snapshot"
    case autoscaleGroup = "autoscale"
    case schedule
    case operation
    case principal = "user"
    case token
    case layer

    /// What its ids begin with, hyphen included.
    public var idPrefix: String {
        switch self {
        case .project: "prj-"
        case .server: "srv-"
        case .volume: "vol-"
        case .snapshot: "vsnap-"
        case .serverSnapshot: "ssnap-"
        case .autoscaleGroup: "asg-"
        case .schedule: "sched-"
        case .operation: "op-"
        case .principal: "usr-"
        case .token: "tok-"
        case .layer: "lay-"
        }
    }

    /// The kind whose ids look like this text; nil if none do.
    public init?(idShape text: String) {
        guard let kind = Self.allCases.first(where: { IdentifierShape.matches(text, prefix: $0.idPrefix) }) else {
            return nil
        }
        self = kind
    }
}
