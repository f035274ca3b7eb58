import Engine
import HoldpointClient
import HoldpointMessages
import Store
import StoreSQLite
import Testing

@testable import Manager

/// What is kept for a while only: the log of events, and remembered requests.
@Suite(.timeLimit(.minutes(2))) struct RetentionScenario {
    private static let day = Duration.seconds(24 * 3_600)

    /// Events go once they are a day old and not among the newest 100,000. Who watches from before them is told.
    @Test func oldEventsAreForgottenAndTheNewestKept() async throws {
        try await with { world, house in
            let start = try await world.revision
            _ = try await world.makeVolume("data-1")
            let old = try await world.revision
            try await house.age(by: Self.day * 2)
            try await house.forgetOldThings()
            #expect(try await world.firstEvent(after: start)?.sequence == start + 1, "they are among the newest")

            try await house.addEvents(Int(Retention.eventCount))
            let young = try await world.revision
            try await house.addEvents(10)
            try await house.forgetOldThings()
            let status = try await refusal { _ = try await world.firstEvent(after: old - 1) }
            #expect(status.reason == "COMPACTED" && status.code == .outOfRange)
            #expect(try await world.firstEvent(after: old)?.sequence == old + 1, "the rest is younger than a day")

            try await house.age(by: Self.day * 2)
            try await house.forgetOldThings()
            let kept = young + 10 - UInt64(Retention.eventCount)
            #expect(try await refusal { _ = try await world.firstEvent(after: kept - 1) }.reason == "COMPACTED")
            #expect(try await world.firstEvent(after: kept)?.sequence == kept + 1)
            #expect(try await world.client.volumes.listVolumes(ListVolumesRequest()).volumes.map(\.name) == ["data-1"])
        }
    }

    /// A request is done once for a week; then its id is as good as new, and what it made has the name.
    @Test func aRequestIsRememberedForAWeek() async throws {
        try await with { world, house in
            let request = CreateVolumeRequest(
                requestID: world.newID(), volume: HoldpointMessages.Volume(name: "data-1", sizeBytes: 8 << 20))
            let first = try await world.client.volumes.createVolume(request)
            try await world.settled(first.operation)
            try await house.age(by: Self.day * 7)
            try await house.forgetOldThings()
            #expect(try await world.client.volumes.createVolume(request).volume?.id == first.volume?.id)
            try await house.age(by: Self.day)
            try await house.forgetOldThings()
            let taken = try await refusal { try await world.client.volumes.createVolume(request) }
            #expect(taken.reason == "NAME_TAKEN" && taken.blockers.map(\.id) == [first.volume?.id])
        }
    }

    private func with(_ scenario: @escaping @Sendable (World, ManagedHouse) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        try await InProcessWorld.with(directory.path, engine: SimulatedEngine(), scenario)
    }
}

extension World {
    fileprivate var revision: UInt64 {
        get async throws { try await client.admin.getStatus(GetStatusRequest()).revision }
    }

    /// What a watch from a revision gets first.
    fileprivate func firstEvent(after revision: UInt64) async throws -> HoldpointMessages.Event? {
        for try await response in client.events.watch(WatchRequest(start: .fromRevision(revision))) {
            if case .event(let event) = response.item { return event }
        }
        return nil
    }
}

extension ManagedHouse {
    /// Makes the store older, as a server does that runs for so long.
    fileprivate func age(by time: Duration) async throws {
        let step = Duration.milliseconds(StoreAge.largestAdvanceMilliseconds)
        let steps = Int((time / step).rounded(.up))
        try await store.write { for _ in 1...steps { try $0.advanceAge(by: step) } }
    }

    /// As often as it takes: it may do a bounded part at a time.
    fileprivate func forgetOldThings() async throws {
        for _ in 1...1_000 {
            let before = try await store.read { try $0.firstSequence() }
            try await manager.forgetOldThings(after: .zero)
            if try await store.read({ try $0.firstSequence() }) == before { return }
        }
    }

    /// Appends events as they are, faster than by as many calls.
    fileprivate func addEvents(_ count: Int) async throws {
        try await store.write { transaction in
            try transaction.execute(
                """
                WITH RECURSIVE number(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM number WHERE value < ?)
                INSERT INTO event (sequence, project_id, time, principal, source, action, kind, resource_id,
                    operation_id, request_id, reason, resource, age_milliseconds)
                SELECT (SELECT MAX(sequence) FROM event) + number.value, project_id, time, principal, source, action,
                    kind, resource_id, operation_id, request_id, reason, resource, (SELECT milliseconds FROM store_age)
                FROM number, (SELECT * FROM event ORDER BY sequence DESC LIMIT 1) AS last
                """, [.integer(Int64(count))])
        }
    }
}
