public import Model
internal import Synchronization

/// Tells one consumer which servers were lost; for engines to build `lostServers` on.
///
/// A loss that nobody listens for is kept for the next consumer.
public final class LostServerFeed: Sendable {
    private struct State {
        var consumer: AsyncStream<ServerID>.Continuation?
        var unreported: [ServerID] = []
    }

    private let state = Mutex(State())

    public init() {}

    /// Begins a stream with what nobody was told yet; the stream before it ends.
    public func stream() -> AsyncStream<ServerID> {
        let (stream, continuation) = AsyncStream<ServerID>.makeStream()
        let former = state.withLock { state in
            let former = state.consumer
            state.consumer = continuation
            for server in state.unreported { continuation.yield(server) }
            state.unreported = []
            return former
        }
        former?.finish()
        return stream
    }

    public func report(_ server: ServerID) {
        state.withLock { state in
            if let consumer = state.consumer, case .enqueued = consumer.yield(server) { return }
            state.consumer = nil
            state.unreported.append(server)
        }
    }
}
