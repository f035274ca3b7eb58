import Engine
import HoldpointClient
import HoldpointMessages
import HoldpointRPC
import Store
import Testing

import struct Model.ListQuery

@testable import Manager

/// A kind of resource that product code does not know: one file a layer (`Note`, its table, its part of the manager),
/// and plans, refusals, the graph, operations, events, lists, names and the status know it. The compiler asks for all
/// that is missing.
@Suite struct NewKindScenario {
    @Test func aPlanDeletesItBeforeWhatItHangsOn() async throws {
        try await Self.with { world, house in
            let volume = try await world.makeVolume("data-1")
            _ = try await world.takeSnapshot("by-hand", of: "data-1")
            let note = try await house.write("remember", on: "data-1")
            let status = try await refusal { try await world.deleteVolume("data-1") }
            #expect(status.reason == "VOLUME_HAS_SNAPSHOTS")
            #expect(status.blockers.map { "\($0.kind) \($0.reason)" }.contains("note STATE_FORBIDS"))
            try await world.deleteSnapshot("by-hand")

            let alone = try await refusal { try await world.deleteVolume("data-1") }
            #expect(alone.reason == "STATE_FORBIDS" && alone.message == "volume data-1 has notes; delete them first")
            #expect(alone.blockers.map { "\($0.kind) \($0.id) \($0.name)" } == ["note \(note.id) remember"])
            #expect(alone.remedies.map(\.command) == ["holdpoint note delete \(note.id)"])
            #expect(alone.remedies.map(\.method) == ["holdpoint.v1.NoteService/DeleteNote"])

            let plan = try await world.plan("data-1")
            #expect(
                plan.steps.map { "\($0.action) \($0.kind) \($0.name) <- \($0.requiredBy)" } == [
                    "delete note remember <- \(volume.id)", "delete volume data-1 <- ",
                ])
            let ended = try await world.execute(plan, "data-1")
            #expect(ended.steps.map(\.name) == ["delete-note \(note.id)", "delete-volume \(volume.id)"])
            #expect(try await house.manager.listNotes(ListQuery(), house.call).elements.isEmpty)
        }
    }

    @Test func aPlanIsStaleThatOneWasAddedTo() async throws {
        try await Self.with { world, house in
            _ = try await world.makeVolume("data-1")
            let plan = try await world.plan("data-1")
            _ = try await house.write("late", on: "data-1")
            let stale = try await refusal { _ = try await world.execute(plan, "data-1") }
            #expect(stale.reason == "PLAN_STALE")
        }
    }

    /// With a server's volumes go their notes, in turns, also where the server dies meanwhile: the stored plan is read
    /// with the kinds of the next one.
    @Test func aLongPlanIsTakenUpAgainAfterACrash() async throws {
        let (directory, engine) = (try TemporaryDirectory(), SimulatedEngine())
        defer { directory.remove() }
        engine.inject(.hangsAfterWork, into: .deleteLayer)
        let first = try await house(directory.path, engine, turn: 2)
        let world = first.world(directory.path)
        _ = try await world.makeServer("web-1")
        _ = try await world.makeVolume("data-1", on: "web-1")
        for number in 1...5 { _ = try await first.write("note-\(number)", on: "data-1") }
        let plan = try await world.plan("web-1", deleteVolumes: true)
        #expect(plan.steps.count { $0.kind == "note" } == 5 && plan.steps.count == 7)
        let operation = try await world.start(plan, "web-1", deleteVolumes: true)
        await engine.waitUntilHanging(.deleteLayer)
        engine.release(.deleteLayer)
        await first.abandon()

        let second = try await house(directory.path, engine, turn: 2)
        try await second.world(directory.path).settled(operation)
        #expect(try await second.store.read { try $0.counts() }.volumes == 0)
        #expect(try await second.manager.listNotes(ListQuery(), second.call).elements.isEmpty)
        await second.close()
    }

    @Test func itIsDeletedByAnOperationOfItsOwn() async throws {
        try await Self.with { world, house in
            _ = try await world.makeVolume("data-1")
            let note = try await house.write("remember", on: "data-1")
            let answer = try await house.manager.deleteNote("remember", house.mutation(needsConsent: true))
            let operation = try #require(answer.operation)
            #expect(operation.type == "DELETE_NOTE" && operation.targetIDs == [note.id.rawValue])
            #expect(answer.resource?.state == .deleting)
            _ = try await world.client.operations.waitOperation(
                WaitOperationRequest(operation: operation.id.rawValue))
            // What is deleted holds its name no longer.
            _ = try await house.write("remember", on: "data-1")
        }
    }

    @Test func listsNamesEventsAndTheStatusKnowIt() async throws {
        try await Self.with { world, house in
            _ = try await world.makeVolume("data-1")
            let notes = try await [house.write("first", on: "data-1"), house.write("second", on: "data-1")]
            let query = ListQuery(filter: "name = second", orderBy: "name desc")
            #expect(try await house.manager.listNotes(query, house.call).elements == [notes[1]])
            await #expect(throws: (any Error).self) { try await house.write("second", on: "data-1") }

            let events = try await house.manager.history(.init(resource: "first"), house.call).events
            #expect(events.map { "\($0.event.kind) \($0.event.action)" } == ["note created"])
            let told = try await house.store.read { transaction in
                let project = try #require(try transaction.project("default")).id
                return try transaction.events(
                    after: 0, project: project, of: ManagedKinds.withNotes.stored, limit: 100)
            }
            #expect(told.compactMap { $0.resource as? Note } == notes)

            let ambiguous = try await house.write("data-1", on: "data-1")
            let status = try await refusal { _ = try await world.plan("data-1") }
            #expect(status.reason == "AMBIGUOUS_NAME" && status.blockers.map(\.id).contains(ambiguous.id.rawValue))

            try await house.store.write { transaction in
                var unwell = notes[0]
                unwell.state = .error
                try transaction.update(
                    &unwell, by: .init(principal: "admin", source: "test"), at: unwell.header.createTime)
            }
            #expect(try await house.manager.status(house.call).problems.map(\.kind) == ["note"])
        }
    }
}

extension NewKindScenario {
    fileprivate static func with(_ scenario: (World, ManagedHouse) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let house = try await house(directory.path, SimulatedEngine())
        do {
            try await scenario(house.world(directory.path), house)
        } catch {
            await house.close()
            throw error
        }
        await house.close()
    }

    private static func house(
        _ directory: String, _ engine: SimulatedEngine, turn: Int = ResourceManager.turnResourceCount
    ) async throws -> ManagedHouse {
        try await ManagedHouse(
            directory + "/state", engine: engine, turnResourceCount: turn, kinds: .withNotes,
            migrations: Schema.migrations + [.notes])
    }

    private func house(_ directory: String, _ engine: SimulatedEngine, turn: Int) async throws -> ManagedHouse {
        try await Self.house(directory, engine, turn: turn)
    }
}

extension ManagedHouse {
    fileprivate var call: Call { Call(principal: "admin", source: "test") }

    fileprivate func mutation(needsConsent: Bool = false) -> Mutation {
        Mutation(
            call: call, method: "test", requestID: HoldpointClient.newRequestID(), fingerprint: "",
            needsConsent: needsConsent,
            consent: needsConsent ? .init(acknowledged: true, password: .init(FixedPassword.text)) : nil)
    }

    fileprivate func write(_ name: String, on volume: String) async throws -> Note {
        let answer = try await manager.createNote(.init(name: name), on: volume, "a text", mutation())
        return try #require(answer.resource)
    }
}
