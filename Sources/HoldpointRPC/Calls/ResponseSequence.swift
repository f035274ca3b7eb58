public import ProtobufC

/// The responses of a streaming call, in order. Iterating starts the call; leaving the loop cancels it.
///
/// One iteration makes one call; the library gives the server credit for more items as they are taken.
public struct ResponseSequence<Response: ProtobufMessage>: AsyncSequence, Sendable {
    public typealias Element = Response
    public typealias Failure = RPCError

    private let bytes: ResponseBytes

    public init(_ bytes: ResponseBytes) {
        self.bytes = bytes
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(base: bytes.makeAsyncIterator())
    }

    public struct Iterator: AsyncIteratorProtocol {
        var base: ResponseBytes.Iterator

        public mutating func next() async throws(RPCError) -> Response? {
            try await next(isolation: nil)
        }

        /// - Throws: the call's status unless it is OK; then the sequence has ended.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(RPCError) -> Response? {
            guard let item = try await base.next(isolation: actor) else { return nil }
            return try Response(answer: item)
        }
    }
}

/// The same with bytes for messages.
public struct ResponseBytes: AsyncSequence, Sendable {
    public typealias Element = [UInt8]
    public typealias Failure = RPCError

    private let begin: @Sendable () async throws(RPCError) -> any ResponseSource

    /// - Parameter begin: starts the call; called once an iteration.
    public init(begin: @escaping @Sendable () async throws(RPCError) -> any ResponseSource) {
        self.begin = begin
    }

    /// A call that fails before it starts.
    public init(failed error: RPCError) {
        begin = { () async throws(RPCError) -> any ResponseSource in throw error }
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(begin: begin)
    }

    public struct Iterator: AsyncIteratorProtocol {
        let begin: @Sendable () async throws(RPCError) -> any ResponseSource
        private var call: RunningStream?
        private var hasEnded = false

        init(begin: @escaping @Sendable () async throws(RPCError) -> any ResponseSource) {
            self.begin = begin
        }

        public mutating func next() async throws(RPCError) -> [UInt8]? {
            try await next(isolation: nil)
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws(RPCError) -> [UInt8]? {
            guard !hasEnded else { return nil }
            do throws(RPCError) {
                if call == nil { call = RunningStream(try await begin()) }
                if let item = try await call?.source.next() { return item }
                hasEnded = true
                return nil
            } catch {
                hasEnded = true
                throw error
            }
        }
    }
}

/// A streaming call that has started, from the client's side.
public protocol ResponseSource: Sendable {
    /// The next item's bytes; nil after the last one of a call that ended with OK.
    ///
    /// - Throws: the call's status unless it is OK, `CANCELLED` when the task is cancelled.
    func next() async throws(RPCError) -> [UInt8]?

    /// Ends the call if it has not ended. Safe to repeat.
    func cancel()
}

/// Cancels the call when the last copy of its iterator goes away.
private final class RunningStream: Sendable {
    let source: any ResponseSource

    init(_ source: any ResponseSource) {
        self.source = source
    }

    deinit {
        source.cancel()
    }
}
