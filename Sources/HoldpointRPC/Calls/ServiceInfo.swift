public import ProtobufC

/// A service as introspection lists it.
public struct ServiceInfo: Sendable, Hashable {
    /// Full name: `holdpoint.v1.VolumeService`.
    public let name: String
    /// In the order of the .proto file.
    public let methods: [MethodInfo]

    public init(name: String, methods: [MethodInfo]) {
        self.name = name
        self.methods = methods
    }
}

/// A method as introspection lists it; enough to call it without generated code.
public struct MethodInfo: Sendable, Hashable {
    /// Full name: `holdpoint.v1.VolumeService/CreateVolume`.
    public let name: String
    public let request: MessageDescriptor
    /// Type of the response, or of each item of the stream.
    public let response: MessageDescriptor
    /// Whether the requests are a stream.
    public let clientStreaming: Bool
    /// Whether the answer is a stream.
    public let serverStreaming: Bool
    public let options: MethodOptions

    public init(
        name: String, request: MessageDescriptor, response: MessageDescriptor, clientStreaming: Bool,
        serverStreaming: Bool, options: MethodOptions
    ) {
        self.name = name
        self.request = request
        self.response = response
        self.clientStreaming = clientStreaming
        self.serverStreaming = serverStreaming
        self.options = options
    }
}
