import Model
import Testing

@testable import Operations

/// The races between an operation's task and those who want something of it.
@Suite(.timeLimit(.minutes(1)))
struct RunningOperationsTests {
    private let running = RunningOperations()
    private let id = OperationID(stored: "op-aaaaaaaaaaaa")

    private func pause(endsOnCancel: Bool, endsOnDrain: Bool) async throws {
        try await running.perform(id, endsOnCancel: endsOnCancel, endsOnDrain: endsOnDrain) {
            try await Task.sleep(for: .seconds(3600))
        }
    }

    @Test func aCancellationThatCameBeforeTheWorkEndsIt() async throws {
        #expect(running.begin(id))
        running.cancel(id)
        await #expect(throws: CancellationError.self) { try await pause(endsOnCancel: true, endsOnDrain: false) }
    }

    @Test func aDrainThatCameBeforeThePauseEndsIt() async throws {
        #expect(running.begin(id))
        running.drain()
        await #expect(throws: CancellationError.self) { try await pause(endsOnCancel: false, endsOnDrain: true) }
    }

    @Test func whatMayNotBeEndedIsNot() async throws {
        #expect(running.begin(id))
        running.cancel(id)
        running.drain()
        try await running.perform(id, endsOnCancel: false, endsOnDrain: false) { try Task.checkCancellation() }
    }

    /// A stuck operation is resumed while the task that found it stuck still ends.
    @Test func aStartWhileTheTaskEndsIsNotLost() {
        #expect(running.begin(id))
        #expect(!running.begin(id))
        #expect(running.end(id))
        #expect(!running.end(id))
        #expect(running.begin(id))
    }

    @Test func aCancellationIsForgottenWithItsTask() {
        #expect(running.begin(id))
        running.cancel(id)
        #expect(!running.begin(id))
        #expect(running.end(id))
        #expect(!running.isCancelled(id))
    }

    @Test func nothingBeginsOrBeginsAgainWhileDraining() async {
        #expect(running.begin(id))
        #expect(!running.begin(id))
        running.drain()
        #expect(!running.end(id))
        #expect(!running.begin(id))
        await running.waitUntilIdle()
    }
}
