/// Why a change is refused: a reason for machines, a sentence for people, everything that stands in the way in the
/// order in which it can be cleared, and the calls that clear it.
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

    /// One call that clears a blocker.
    public struct Remedy: Hashable, Sendable, Codable {
        public var description: String
        /// Full name of the method.
        public var method: String
        /// Its request, proto3 JSON.
        public var requestJSON: String
        /// A line that runs as it stands.
        public var command: String

        public init(description: String, method: String, requestJSON: String, command: String) {
            self.description = description
            self.method = method
            self.requestJSON = requestJSON
            self.command = command
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
