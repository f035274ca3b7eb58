internal import HoldpointRPC

/// One attempt of a call.
///
/// Unchecked: the variables are used on the client's loop only, but `receiver`, which is set before the call is posted.
final class ClientCall: @unchecked Sendable {
    /// Who gets the answer.
    enum Receiver {
        case unary(AnswerSlot)
        case stream(ItemQueue)
    }

    let method: String
    let payload: [UInt8]
    let metadata: [Metadata]
    let deadline: ContinuousClock.Instant?

    /// Its requests, if they are a stream.
    let outgoing: OutgoingItems?

    /// Nil once the call has ended.
    var receiver: Receiver?
    var timer: WheelTimer?
    /// Called once the call has ended; set before it is posted.
    var whenOver: @Sendable () -> Void = {}
    /// Where it was sent; nil: nowhere yet.
    var place: (connection: ClientConnectionHandler, callID: UInt32)?
    /// Whether it was moved once from a connection that did not start it.
    var wasMoved = false

    init(
        method: String, payload: [UInt8], metadata: [Metadata], deadline: ContinuousClock.Instant?,
        outgoing: OutgoingItems? = nil
    ) {
        self.method = method
        self.payload = payload
        self.metadata = metadata
        self.deadline = deadline
        self.outgoing = outgoing
    }

    var isOver: Bool { receiver == nil }

    var isStream: Bool {
        if case .stream = receiver { true } else { false }
    }

    /// The request's fields, with the time that is left now.
    func request(callID: UInt32, now: ContinuousClock.Instant) -> OutgoingRequest {
        OutgoingRequest(
            callID: callID, method: method, timeoutMilliseconds: timeoutMilliseconds(now: now), metadata: metadata,
            payload: payload, isStreaming: outgoing != nil)
    }

    func receive(item: [UInt8]) {
        if case .stream(let queue) = receiver { queue.push(item) }
    }

    /// Tells the caller. The first end counts.
    func end(_ result: Result<[UInt8], RPCError>) {
        switch receiver {
        case .unary(let slot): slot.fill(result)
        case .stream(let queue):
            if case .failure(let error) = result { queue.finish(error) } else { queue.finish(nil) }
        case nil: break
        }
        receiver = nil
        place = nil
        outgoing?.dismiss()
        whenOver()
    }

    /// At least 1: 0 would be no limit.
    private func timeoutMilliseconds(now: ContinuousClock.Instant) -> UInt32 {
        guard let deadline else { return 0 }
        let left = (deadline - now).components
        let (milliseconds, overflow) = left.seconds.multipliedReportingOverflow(by: 1_000)
        if overflow { return .max }
        return UInt32(clamping: max(1, milliseconds + left.attoseconds / 1_000_000_000_000_000))
    }
}
