public import ProtobufC

/// Name and types of a method with one request and one response. Generated code declares one for each.
public struct UnaryMethod<Request: ProtobufMessage, Response: ProtobufMessage>: Sendable {
    /// Full name: `holdpoint.v1.VolumeService/CreateVolume`.
    public let name: String

    public init(_ name: String) {
        self.name = name
    }
}

/// Name and types of a method with one request and a stream of responses.
public struct ServerStreamingMethod<Request: ProtobufMessage, Response: ProtobufMessage>: Sendable {
    /// Full name: `holdpoint.v1.EventService/Watch`.
    public let name: String
    /// Whether a call ends by itself, as a transfer does, and is waited for when the server drains; others, a watch,
    /// are ended then. An option of the method in its .proto file.
    public let hasNaturalEnd: Bool

    public init(_ name: String, hasNaturalEnd: Bool = false) {
        self.name = name
        self.hasNaturalEnd = hasNaturalEnd
    }
}
