import Engine
import EngineTestSupport
import HoldpointClient
import HoldpointMessages
import Model
import Testing

@testable import Manager

/// Who did what, when, and what became of it: also of what is gone.
@Suite struct HistoryScenario {
    private func all(_ world: World, _ request: ListEventsRequest) async throws -> [HoldpointMessages.PastEvent] {
        var (request, found) = (request, [HoldpointMessages.PastEvent]())
        repeat {
            let page = try await world.client.events.listEvents(request)
            found += page.events
            request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
        return found
    }

    @Test(arguments: WorldKind.allCases) func aNameTellsItsHistoryAfterItsDeletion(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            let volume = try await world.makeVolume("data-1")
            try await world.deleteVolume("data-1")
            _ = try await world.makeVolume("data-2")
            let events = try await all(world, .init(resource: "data-1"))
            #expect(events.allSatisfy { $0.event?.resourceID == volume.id && $0.event?.name == "data-1" })
            let last = try #require(events.first)
            #expect(last.event?.action == "deleted" && last.event?.principal == "admin")
            #expect(last.operationKind == "DELETE_VOLUME" && last.outcome == "SUCCEEDED")
            #expect(last.consent?.principal == "admin" && last.consent?.allows == "DELETE_VOLUME \(volume.id)")
            #expect(events.last?.event?.action == "created" && events.last?.consent == nil)
            let sequences = events.compactMap { $0.event?.sequence }
            #expect(sequences == sequences.sorted(by: >), "newest first")
            #expect(try await all(world, .init(resource: volume.id)) == events)
            let unknown = try await refusal { try await all(world, .init(resource: "never")) }
            #expect(unknown.code == .notFound)
        }
    }

    /// One name, two things one after the other; a rename is found by what it is called now.
    @Test func whoeverBoreANameIsTold() async throws {
        try await World.with(.inProcess) { world in
            let first = try await world.makeVolume("data-1").id
            try await world.deleteVolume("data-1")
            let second = try await world.makeVolume("data-1").id
            _ = try await world.client.volumes.updateVolume(
                .init(
                    requestID: world.newID(), volumeID: second, volume: .init(name: "data-9"),
                    updateMask: FieldMask(paths: ["name"])))
            #expect(
                Set(try await all(world, .init(resource: "data-1")).map { $0.event?.resourceID }) == [first, second])
            #expect(Set(try await all(world, .init(resource: "data-9")).map { $0.event?.resourceID }) == [second])
        }
    }

    @Test func filtersAndPagesLeaveNothingOut() async throws {
        try await World.with(.inProcess) { world in
            _ = try await world.makeChain()
            for number in 0..<20 { _ = try await world.makeVolume("more-\(number)") }
            let whole = try await all(world, .init())
            #expect(!whole.contains { $0.event?.kind == "operation" })
            for size in [1, 7, 100] as [UInt32] {
                #expect(try await all(world, .init(pageSize: size)) == whole)
            }
            let servers = try await all(world, .init(kinds: ["server", "server-snapshot"]))
            #expect(servers == whole.filter { ["server", "server-snapshot"].contains($0.event?.kind) })
            #expect(try await all(world, .init(principal: "nobody")).isEmpty)
            #expect(try await all(world, .init(principal: "admin")).count > 40)
            let time = try #require(whole[whole.count / 2].event?.time)
            let later = try await all(world, .init(since: time))
            #expect(later.contains { $0.event?.time == time } && later.count < whole.count)
            #expect(try await all(world, .init(until: HoldpointMessages.Timestamp(seconds: 1))).isEmpty)
            for wrong in ["x", "-1", "99999999999999999999"] {
                let status = try await refusal { try await all(world, .init(pageToken: wrong)) }
                #expect(status.code == .invalidArgument, "\(wrong)")
            }
            #expect(try await refusal { try await all(world, .init(kinds: ["disk"])) }.code == .invalidArgument)
        }
    }

    /// A turn looks at so many events; one that finds nothing says where to go on.
    @Test func aLongLogIsReadInTurns() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        try await InProcessWorld.with(directory.path, engine: SimulatedEngine()) { world, house in
            let volume = try await world.makeVolume("data-1").id
            try await house.store.write { transaction in
                var server = Server(
                    id: ServerID(stored: "srv-000000000001"),
                    header: ResourceHeader(
                        projectID: try transaction.project("default")!.id, attributes: .init(name: "noise"),
                        at: ManagedHouse.now()), state: .stopped, kind: .external, desiredState: .stopped)
                try transaction.insert(&server, by: .init(principal: "other", source: "test"), at: ManagedHouse.now())
                for _ in 0..<25_000 {
                    try transaction.update(
                        &server, by: .init(principal: "other", source: "test"), at: ManagedHouse.now())
                }
            }
            let first = try await world.client.events.listEvents(.init(principal: "admin"))
            #expect(first.events.isEmpty && !first.nextPageToken.isEmpty)
            #expect(try await all(world, .init(principal: "admin")).last?.event?.resourceID == volume)
            // What an index leads to is there at once.
            #expect(try await world.client.events.listEvents(.init(resource: "data-1")).events.count > 1)
        }
    }

    @Test(arguments: WorldKind.allCases) func aWrongPasswordIsThere(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            _ = try await world.makeVolume("data-1")
            let before = try await all(world, .init())
            for _ in 0..<2 {
                _ = try await refusal {
                    try await world.client.volumes.deleteVolume(
                        .init(
                            requestID: world.newID(), volume: "data-1",
                            consent: Consent(acknowledged: true, password: "not the password")))
                }
            }
            let denied = try await all(world, .init(denied: true))
            #expect(denied.map(\.attempts).reduce(0, +) == 2)
            #expect(denied.allSatisfy { $0.event?.action == "denied" && $0.event?.principal == "admin" })
            #expect(denied.allSatisfy { $0.event?.reason == "CONSENT_INVALID" && $0.event?.time != nil })
            #expect(try await all(world, .init()) == before, "it pushes no event out")
        }
    }

    /// Who guesses for ever fills nothing.
    @Test func refusedAttemptsAreBounded() async throws {
        let denials = Denials()
        let now = ManagedHouse.now()
        for number in 0..<100_000 {
            denials.note(
                principal: "", source: "tcp:10.0.\(number % 250).\(number % 7):\(number)", reason: "X", at: now)
        }
        let taken = denials.take()
        #expect(taken.count <= 257 && taken.map(\.attempts).reduce(0, +) == 100_000)
        #expect(denials.take().isEmpty)
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        try await InProcessWorld.with(directory.path, engine: SimulatedEngine()) { world, house in
            for _ in 0..<45 { try await house.store.write { try $0.note(taken) } }
            let kept = try await all(world, .init(pageSize: 500, denied: true))
            #expect(kept.count == 10_000)
        }
    }

    @Test func theCommandTellsIt() async throws {
        try await CommandWorld.with { command in
            let volume = try await command.world.makeVolume("data-1")
            #expect(try await command.run(["volume", "delete", "data-1"], consents: true).code == 0)
            let told = try await command.run(["history", "data-1"])
            #expect(told.code == 0, "\(told.error)")
            let lines = told.output.split(separator: "\n").map(String.init)
            #expect(lines[0].hasPrefix("TIME") && lines[1].contains("deleted"))
            #expect(lines[1].contains("volume data-1 ") && lines[1].hasSuffix(volume.id))
            #expect(lines[1].contains("  admin  SUCCEEDED, with consent  DELETE_VOLUME op-"))
            #expect(
                try await command.run(["history", "--since", "1h", "--by", "nobody", "-o", "json"]).output == "[]\n")
            #expect(try await command.run(["history", "never"]).code == 3)
            #expect(try await command.run(["history", "--since", "yesterday"]).code == 2)
            #expect(try await command.run(["history", "--kind", "disk"]).code == 2)
            #expect(try await command.run(["history", "--denied", "data-1"]).code == 2)
            #expect(try await command.run(["history", "--limit", "1", "-o", "name"]).output == "\(volume.id)\n")
        }
    }
}
