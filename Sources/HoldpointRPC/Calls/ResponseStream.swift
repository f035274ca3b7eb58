public import ProtobufC

/// Where a handler of a streaming method puts its items.
public struct ResponseStream<Item: ProtobufMessage>: Sendable {
    private let sink: any ResponseSink

    public init(_ sink: any ResponseSink) {
        self.sink = sink
    }

    /// Sends one item; suspends while the peer has given no credit or does not read, so nothing piles up here.
    ///
    /// Items arrive in the order in which calls to `send` begin.
    /// - Throws: `CancellationError` when the call has ended, or the task was cancelled while it waited: return.
    ///   `RPCError` (`RESOURCE_EXHAUSTED`, `RESPONSE_TOO_LARGE`) for an item over the peer's frame limit.
    public func send(_ item: Item) async throws {
        try await sink.send(item)
    }
}

/// What carries a stream's items to the peer: a connection, or the in-process channel.
public protocol ResponseSink: Sendable {
    /// As `ResponseStream.send`.
    func send(_ item: any RPCMessage) async throws
}
