public import ProtobufC

/// What holds for every call of a method: said once, beside the method in its .proto file.
public struct MethodOptions: Sendable, Hashable {
    /// What a caller must at least be allowed; each includes those before it.
    public enum Role: Int, Sendable, Hashable, Comparable, CaseIterable {
        case viewer
        case `operator`
        case admin

        public static func < (left: Role, right: Role) -> Bool { left.rawValue < right.rawValue }
    }

    public var role: Role
    /// It needs no credential.
    public var isOpen: Bool
    /// A stream ends by itself, as a transfer does, and is waited for when the server drains; others, a watch, are
    /// ended then.
    public var hasNaturalEnd: Bool

    public init(role: Role = .admin, isOpen: Bool = false, hasNaturalEnd: Bool = false) {
        self.role = role
        self.isOpen = isOpen
        self.hasNaturalEnd = hasNaturalEnd
    }
}

/// Name and types of a method with one request and one response. Generated code declares one for each.
public struct UnaryMethod<Request: ProtobufMessage, Response: ProtobufMessage>: Sendable {
    /// Full name: `holdpoint.v1.VolumeService/CreateVolume`.
    public let name: String
    public let options: MethodOptions

    public init(_ name: String, _ options: MethodOptions = MethodOptions()) {
        self.name = name
        self.options = options
    }
}

/// Name and types of a method with one request and a stream of responses.
public struct ServerStreamingMethod<Request: ProtobufMessage, Response: ProtobufMessage>: Sendable {
    /// Full name: `holdpoint.v1.EventService/Watch`.
    public let name: String
    public let options: MethodOptions

    public init(_ name: String, _ options: MethodOptions = MethodOptions()) {
        self.name = name
        self.options = options
    }
}

/// Name and types of a method with a stream of requests and one response.
public struct ClientStreamingMethod<Request: ProtobufMessage, Response: ProtobufMessage>: Sendable {
    public let name: String
    public let options: MethodOptions

    public init(_ name: String, _ options: MethodOptions = MethodOptions()) {
        self.name = name
        self.options = options
    }
}

/// Name and types of a method with a stream of requests and a stream of responses, each at its own pace.
public struct BidirectionalMethod<Request: ProtobufMessage, Response: ProtobufMessage>: Sendable {
    public let name: String
    public let options: MethodOptions

    public init(_ name: String, _ options: MethodOptions = MethodOptions()) {
        self.name = name
        self.options = options
    }
}
