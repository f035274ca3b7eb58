import Dispatch
import Engine
import HoldpointClient
import HoldpointMessages
import Testing

@testable import StoreSQLite

/// Who asks for much at once waits for it, and nobody else does.
@Suite struct FloodScenario {
    /// Seen was that 16 connections with 199 lists each, which read no answer, held a `GetVolume` up for 8 s and the
    /// server grew to 800 MB: all their pages were ready at once.
    @Test func fewListsAreUnderWayAtOnce() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        try await InProcessWorld.with(directory.path, engine: SimulatedEngine()) { world, house in
            _ = try await world.makeVolume("data-1")
            let gate = DispatchSemaphore(value: 0)
            let store = house.store
            let holders = (0..<SQLiteStore.readerCount).map { _ in
                Task { try await store.read { _ in gate.wait() } }
            }
            let flood = (0..<100).map { _ in
                Task { try await world.client.volumes.listVolumes(.init()).volumes.count }
            }
            // As many as may wait at the store come there, and no more follow.
            try? await untilTrue { store.waitingReadCount >= 8 }
            try await Task.sleep(for: .milliseconds(200))
            let waitingCount = store.waitingReadCount
            for _ in holders { gate.signal() }
            for task in holders { try await task.value }
            for task in flood { #expect(try await task.value == 1) }
            #expect(waitingCount == 8)
        }
    }
}
