import CLinux
import Foundation
import Testing

@testable import StoreSQLite

/// Nothing of the store waits on an event loop's thread; where it would, a debug build ends.
struct BlockingTests {
    @Test func whatWaitsOnAnEventLoopEndsADebugBuild() async {
        await #expect(processExitsWith: .failure) {
            linux_mark_event_loop()
            assertMayWait()
        }
        await #expect(processExitsWith: .success) { assertMayWait() }
    }

    /// A backup that is asked for on an event loop does all its waiting elsewhere.
    @Test func aBackupDoesNotWaitWhereItIsAskedFor() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        defer { store.close() }
        try await store.insert("item", payload: [UInt8](repeating: 7, count: 100_000))
        let loop = MarkedExecutor()
        let parts = try await Task(executorPreference: loop) {
            var parts = 0
            try await store.backUp(chunkByteCount: 10_000) { _ in
                #expect(linux_is_event_loop() == 1)
                parts += 1
            }
            return parts
        }.value
        #expect(parts >= 10)
    }
}

/// Runs every job on a thread of its own that is marked as an event loop's.
private final class MarkedExecutor: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        Thread.detachNewThread {
            linux_mark_event_loop()
            job.runSynchronously(on: self.asUnownedTaskExecutor())
        }
    }
}
