internal import HoldpointRPC
internal import NIOCore

extension ServerConnectionHandler {
    /// Sends an item if that is possible at once.
    ///
    /// - Throws: `CancellationError` when the call has ended; `RESPONSE_TOO_LARGE`.
    func sendNow(_ item: any RPCMessage, callID: UInt32) throws -> Bool {
        guard let call = calls[callID], phase == .active, state.isOpen(callID) else { throw CancellationError() }
        return try call.waiting.isEmpty && sendIfAllowed(item, callID: callID)
    }

    /// Takes an item whose sender is suspended.
    func enqueue(_ waiting: WaitingItem, callID: UInt32) {
        guard let call = calls[callID], phase == .active, state.isOpen(callID), !waiting.ticket.isAbandoned else {
            return waiting.continuation.resume(throwing: CancellationError())
        }
        call.waiting.append(waiting)
        resumeItems(of: callID)
    }

    /// The sender's task was cancelled while it waited.
    func abandon(_ ticket: ItemTicket, callID: UInt32) {
        guard let call = calls[callID], let index = call.waiting.firstIndex(where: { $0.ticket === ticket }) else {
            return
        }
        call.waiting.remove(at: index).continuation.resume(throwing: CancellationError())
    }

    /// Sends what waits, as far as credit and output allow.
    func resumeItems(of callID: UInt32) {
        while let call = calls[callID], let next = call.waiting.first {
            do {
                guard try sendIfAllowed(next.item, callID: callID) else { return }
                call.waiting.removeFirst().continuation.resume()
            } catch {
                call.waiting.removeFirst().continuation.resume(throwing: error)
            }
        }
    }

    private func sendIfAllowed(_ item: any RPCMessage, callID: UInt32) throws -> Bool {
        guard phase == .active, state.allowsItem(callID) else { return false }
        guard !isCongested else {
            hasCongestedItems = true
            return false
        }
        loop.scratch.reset()
        let payload = try loop.scratch.payload(item)
        let frame = OutgoingFrame.streamItem(callID: callID, payload: payload)
        guard frame.frameByteCount <= state.peer.frameBytes else {
            throw RPCError.responseTooLarge(limit: state.peer.frameBytes)
        }
        append(frame)
        state.itemSent(callID, payloadByteCount: payload.byteCount)
        return true
    }
}
