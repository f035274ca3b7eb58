internal import HoldpointRPC

/// A call whose handler runs. Used on its loop only.
final class RunningCall {
    let callID: UInt32
    let handler: MethodHandler
    let arrival: ContinuousClock.Instant
    /// Memory of the decoded request that is given back at the end.
    let decodedBytes: Int
    /// Nil only until the handler has waited for the first time.
    var task: Task<Void, Never>?
    var deadline: WheelTimer?
    /// Why the task was cancelled; nil: it was not.
    var interruption: RPCError?
    /// Its stream of requests; nil: the request was whole.
    let requests: ItemQueue?
    /// Items that wait for credit, in order.
    var waiting: [WaitingItem] = []

    init(
        callID: UInt32, handler: MethodHandler, arrival: ContinuousClock.Instant, decodedBytes: Int,
        requests: ItemQueue?
    ) {
        self.callID = callID
        self.handler = handler
        self.arrival = arrival
        self.decodedBytes = decodedBytes
        self.requests = requests
    }

    /// Cancels the handler; the first reason counts.
    func interrupt(_ reason: RPCError) {
        if interruption == nil { interruption = reason }
        task?.cancel()
        requests?.finish(.cancelled)
    }

    /// Ends the wait of everybody who wants to send an item.
    func dismissWaiting() {
        let items = waiting
        waiting = []
        for item in items { item.continuation.resume(throwing: CancellationError()) }
    }
}

/// A request that was taken but not started, because too much output waits.
struct DeferredRequest {
    let callID: UInt32
    /// The frame, without its length; it is parsed again.
    let frame: [UInt8]
    let arrival: ContinuousClock.Instant
}
