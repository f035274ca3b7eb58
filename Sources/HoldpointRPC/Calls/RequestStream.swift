public import ProtobufC
internal import Synchronization

/// Where a client puts the items of a call that streams its requests.
public struct RequestStream<Item: ProtobufMessage>: Sendable {
    private let sink: any RequestSink

    public init(_ sink: any RequestSink) {
        self.sink = sink
    }

    /// Sends one item; suspends while the server has given no credit or does not read, so nothing piles up here.
    ///
    /// Items arrive in the order in which calls to `send` begin.
    /// - Throws: `CancellationError` when the call has ended, or the task was cancelled: return. `RPCError`
    ///   (`RESOURCE_EXHAUSTED`, `REQUEST_TOO_LARGE`) for an item over the server's frame limit.
    public func send(_ item: Item) async throws {
        try await sink.send(try item.requestBytes())
    }
}

/// What carries a call's requests to the server. The end of the stream is told by whoever made the call.
public protocol RequestSink: Sendable {
    /// As `RequestStream.send`, with bytes for messages.
    func send(_ item: [UInt8]) async throws
}

/// Sends a call's requests, then returns; an error that it throws gives the call up.
public typealias RequestProducer = @Sendable (any RequestSink) async throws -> Void

/// Runs a call's producer beside the call.
package enum Production {
    /// Waits for an answer while a producer sends, and for the producer's own end.
    ///
    /// - Parameters:
    ///   - finish: the producer has sent everything.
    ///   - giveUp: it threw; the call is to be ended.
    /// - Throws: what the producer threw by itself; otherwise how the call failed.
    package static func answer(
        _ producer: @escaping RequestProducer, into sink: any RequestSink, finish: @escaping @Sendable () -> Void,
        giveUp: @escaping @Sendable () -> Void, _ answer: () async -> Result<[UInt8], RPCError>
    ) async throws -> [UInt8] {
        let task = start(producer, into: sink, finish: finish, giveUp: giveUp)
        let result = await withTaskCancellationHandler {
            await answer()
        } onCancel: {
            task.cancel()
        }
        // What it still wants to send nobody takes.
        task.cancel()
        if let error = await task.value { throw error }
        return try result.get()
    }

    /// - Returns: the producer's task, with what it threw by itself.
    package static func start(
        _ producer: @escaping RequestProducer, into sink: any RequestSink, finish: @escaping @Sendable () -> Void,
        giveUp: @escaping @Sendable () -> Void
    ) -> Task<(any Error)?, Never> {
        Task {
            do {
                try await producer(sink)
                finish()
                return nil
            } catch {
                giveUp()
                return error is CancellationError ? nil : error
            }
        }
    }
}

/// A call's producer, which is started after who wants to end it. Safe from any thread.
package final class ProducerReference: Sendable {
    private struct State {
        var task: Task<(any Error)?, Never>?
        var isCancelled = false
    }

    private let state = Mutex(State())

    package init() {}

    package func set(_ task: Task<(any Error)?, Never>) {
        let isCancelled = state.withLock { state in
            state.task = task
            return state.isCancelled
        }
        if isCancelled { task.cancel() }
    }

    package func cancel() {
        let task = state.withLock { state in
            state.isCancelled = true
            return state.task
        }
        task?.cancel()
    }
}
