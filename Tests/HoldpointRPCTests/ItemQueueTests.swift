import HoldpointRPC
import Testing

@Suite(.timeLimit(.minutes(1))) struct ItemQueueTests {
    private func queue(consumed: Counter = Counter(), cancelled: Counter = Counter()) -> ItemQueue {
        ItemQueue(onConsumed: { _ in consumed.increment() }, onCancel: { cancelled.increment() })
    }

    @Test func deliversWhatCameBeforeTheEnd() async throws {
        let consumed = Counter()
        let queue = queue(consumed: consumed)
        queue.push([1])
        queue.push([2])
        queue.finish(RPCError(.aborted, "late"))
        queue.push([3])
        #expect(try await queue.next() == [1])
        #expect(try await queue.next() == [2])
        await #expect(throws: RPCError(.aborted, "late")) { try await queue.next() }
        #expect(consumed.value == 2)
    }

    @Test func letsTheFirstEndWin() async throws {
        let queue = queue()
        queue.finish(nil)
        queue.finish(.cancelled)
        #expect(try await queue.next() == nil)
    }

    @Test func cancelsOnce() async {
        let cancelled = Counter()
        let queue = queue(cancelled: cancelled)
        queue.cancel()
        queue.cancel()
        #expect(cancelled.value == 1)
        await #expect(throws: RPCError.cancelled) { try await queue.next() }
    }

    @Test func doesNotPassACancelledStreamOffAsWhole() async {
        let queue = queue()
        queue.push([1])
        queue.finish(nil)
        queue.cancel()
        await #expect(throws: RPCError.cancelled) { try await queue.next() }
    }

    @Test func wakesWhoWaits() async throws {
        let queue = queue()
        async let first = queue.next()
        async let second = queue.next()
        queue.push([1])
        queue.push([2])
        let items = try await [first, second]
        #expect(Set(items) == [[1], [2]])
    }
}
