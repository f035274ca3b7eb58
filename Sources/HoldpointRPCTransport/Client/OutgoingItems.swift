internal import HoldpointRPC
internal import Synchronization

/// A call's requests that wait for credit, each with its sender.
///
/// Unchecked: used on the client's loop only.
final class OutgoingItems: @unchecked Sendable {
    struct Item {
        let ticket: ItemTicket
        let payload: [UInt8]
        let continuation: CheckedContinuation<Void, any Error>
    }

    private var waiting = Fifo<Item>()
    /// Nothing comes behind what waits.
    private var isWhole = false
    private var hasToldEnd = false
    private var isOver = false

    func append(_ item: Item) {
        guard !isOver, !item.ticket.isAbandoned else { return item.continuation.resume(throwing: CancellationError()) }
        waiting.append(item)
    }

    /// The next item whose sender still waits.
    var next: Item? {
        while let item = waiting.first {
            guard item.ticket.isAbandoned else { return item }
            _ = waiting.removeFirst()
            item.continuation.resume(throwing: CancellationError())
        }
        return nil
    }

    /// The next item was sent, or cannot be.
    func settle(_ error: RPCError?) {
        guard let item = waiting.removeFirst() else { return }
        if let error { item.continuation.resume(throwing: error) } else { item.continuation.resume() }
    }

    func end() { isWhole = true }

    /// Whether to tell the server now that the stream is whole; true once.
    func takeEnd() -> Bool {
        guard isWhole, !hasToldEnd, next == nil else { return false }
        hasToldEnd = true
        return true
    }

    /// The call has ended: nobody waits any more.
    func dismiss() {
        isOver = true
        for item in waiting.removeAll() { item.continuation.resume(throwing: CancellationError()) }
    }
}

/// Puts a call's requests on its connection, from whatever thread the producer is on.
struct ClientRequestSink: RequestSink {
    let call: ClientCall
    let core: ClientCore

    func send(_ item: [UInt8]) async throws {
        let ticket = ItemTicket()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                core.post(.send(call, OutgoingItems.Item(ticket: ticket, payload: item, continuation: continuation)))
            }
        } onCancel: {
            ticket.abandon()
            core.post(.pump(call))
        }
    }
}
