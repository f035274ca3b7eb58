internal import HoldpointRPC
internal import NIOCore

/// An item whose sender is suspended until there is credit.
struct WaitingItem: Sendable {
    let ticket: ItemTicket
    let item: any RPCMessage
    let continuation: CheckedContinuation<Void, any Error>
}

/// Carries a streaming handler's items to its connection, from whatever thread the handler is on.
struct ConnectionSink: ResponseSink {
    let connection: NIOLoopBound<ServerConnectionHandler>
    let loop: LoopContext
    let callID: UInt32

    func send(_ item: any RPCMessage) async throws {
        if loop.eventLoop.inEventLoop, try connection.value.sendNow(item, callID: callID) { return }
        let ticket = ItemTicket()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let waiting = WaitingItem(ticket: ticket, item: item, continuation: continuation)
                onLoop { $0.enqueue(waiting, callID: callID) }
            }
        } onCancel: {
            ticket.abandon()
            onLoop { $0.abandon(ticket, callID: callID) }
        }
    }

    private func onLoop(_ work: @escaping @Sendable (ServerConnectionHandler) -> Void) {
        if loop.eventLoop.inEventLoop { return work(connection.value) }
        loop.eventLoop.execute { loop.turn { work(connection.value) } }
    }
}
