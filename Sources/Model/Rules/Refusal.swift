/// Why a change is refused: a reason for machines, a sentence for people, everything that stands in the way in the
/// order in which it can be cleared, and the ways out.
public struct Refusal: Error, Hashable, Sendable, Codable {
    public var reason: Reason
    public var message: String
    public var blockers: [Blocker] = []
    public var remedies: [Remedy] = []
    public var fieldViolations: [FieldViolation] = []
    public var operationID: OperationID?
    /// When to try again, if that alone may help.
    public var retryAfterMilliseconds = 0

    public init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    /// A request that can never succeed as it stands.
    ///
    /// - Parameter field: path of the wrong field, as in a field mask; shown beside the description.
    public static func invalid(_ reason: Reason = .invalidArgument, field: String, _ message: String) -> Refusal {
        var refusal = Refusal(reason, message)
        refusal.fieldViolations = [FieldViolation(field: field, description: message)]
        return refusal
    }

    public struct Blocker: Hashable, Sendable, Codable {
        public var kind: String
        public var id: String
        public var name: String
        public var reason: Reason

        public init(kind: String, id: String, name: String, reason: Reason) {
            self.kind = kind
            self.id = id
            self.name = name
            self.reason = reason
        }
    }

    public struct FieldViolation: Hashable, Sendable, Codable {
        public var field: String
        public var description: String

        public init(field: String, description: String) {
            self.field = field
            self.description = description
        }
    }
}

extension Refusal {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try container.decode(Reason.self, forKey: .reason), try container.decode(String.self, forKey: .message))
        blockers = try container.decode([Blocker].self, forKey: .blockers)
        remedies = try container.decode([StoredRemedy].self, forKey: .remedies).map(\.remedy)
        fieldViolations = try container.decode([FieldViolation].self, forKey: .fieldViolations)
        operationID = try container.decodeIfPresent(OperationID.self, forKey: .operationID)
        retryAfterMilliseconds = try container.decode(Int.self, forKey: .retryAfterMilliseconds)
    }
}
