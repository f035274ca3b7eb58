/// What can be told of a layer's writers by looking at what they left: storage daemons do not say whether a client that
/// has gone had flushed, or was killed.
public struct LayerActivity: Hashable, Sendable {
    /// Another number after every write that reaches the layer's file; 0: it holds no data of its own.
    public var version: Int64
    /// After the last of these writes the server broke off with a client in the midst of a request.
    public var isBrokenOff: Bool
    /// False: it was written so lately that one more write could leave the same version.
    public var isSettled: Bool

    public init(version: Int64, isBrokenOff: Bool = false, isSettled: Bool = true) {
        self.version = version
        self.isBrokenOff = isBrokenOff
        self.isSettled = isSettled
    }
}

/// A layer as it was when its volume's serving began, to tell later whether anybody wrote.
public struct ServedLayer: Hashable, Sendable, Codable {
    public var layerID: LayerID
    public var version: Int64

    public init(layerID: LayerID, version: Int64) {
        self.layerID = layerID
        self.version = version
    }
}
