/// A tenant: owns everything else.
public struct Project: IdentifiedKind, Hashable, Codable {
    public static let kind = ResourceKind.project
    /// The project that exists from the first start.
    public static let defaultName = "default"

    public let id: ProjectID
    public var name: String

    public init(id: ProjectID, name: String) {
        self.id = id
        self.name = name
    }
}

public typealias ProjectID = Identifier<Project>
