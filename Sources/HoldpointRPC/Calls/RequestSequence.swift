public import ProtobufC

/// The requests of a call that streams them, in order, for its handler. One iteration.
///
/// The client gets credit for more as they are taken, so a handler that is slow holds at most a window of them.
public struct RequestSequence<Request: ProtobufMessage>: AsyncSequence, Sendable {
    public typealias Element = Request

    private let source: any RequestSource

    public init(_ source: any RequestSource) {
        self.source = source
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(source: source)
    }

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let source: any RequestSource

        public func next() async throws -> Request? {
            try await next(isolation: nil)
        }

        /// - Returns: nil once the client has ended its stream.
        /// - Throws: `CancellationError` when the call has ended: return. `RPCError` (`INVALID_ARGUMENT`) for an item
        ///   that cannot be read: throw it on.
        public func next(isolation actor: isolated (any Actor)?) async throws -> Request? {
            guard let bytes = try await source.next() else { return nil }
            do throws(MessageError) {
                return try Request(serialized: bytes, from: .request)
            } catch {
                throw RPCError(badRequest: error)
            }
        }
    }
}

/// What brings a call's requests to its handler: a connection, or the in-process channel.
public protocol RequestSource: Sendable {
    /// As `RequestSequence.Iterator.next`, with bytes for messages.
    func next() async throws -> [UInt8]?
}

/// The source of a call whose one request was whole: it has no items, and generated code offers none.
public struct ClosedSource: RequestSource {
    public init() {}

    public func next() async throws -> [UInt8]? { nil }
}

/// Takes requests out of a queue that whoever receives them fills.
public struct QueuedSource: RequestSource {
    private let queue: ItemQueue

    public init(_ queue: ItemQueue) {
        self.queue = queue
    }

    public func next() async throws -> [UInt8]? {
        do throws(RPCError) {
            return try await queue.next()
        } catch {
            // Why the call ended is known to whoever ended it.
            throw error.code == .cancelled ? CancellationError() : error
        }
    }
}
