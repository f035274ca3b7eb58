import Engine
import HoldpointClient
import HoldpointMessages
import Model
import Testing

/// Grades are carried: CRASH comes from a writer that did not end cleanly, stays through detaches, copies and reverts,
/// and ends with a later writer that did.
@Suite struct GradeScenario {
    /// A server and a volume on it, as the engine calls them.
    struct House: Sendable {
        let world: World
        let engine: SimulatedEngine
        let server: ServerID
        let volume: VolumeID

        func write(isFlushed: Bool) throws {
            try engine.write([1], toBlock: 0, of: volume, isFlushed: isFlushed)
        }

        func attach() async throws {
            try await world.settled(
                try await world.client.volumes.attachVolume(
                    AttachVolumeRequest(requestID: world.newID(), volume: "data-1", server: "web-1")
                ).operation)
        }

        /// - Returns: the grade of a snapshot of the detached volume.
        func gradeDetached(_ name: String = "after") async throws -> HoldpointMessages.Consistency.Grade {
            try await world.detach("data-1")
            return try await world.takeSnapshot(name, of: "data-1").consistency
        }

        /// Leaves the detached volume with what a killed writer left.
        func killWriter() async throws {
            try write(isFlushed: false)
            #expect(try await gradeDetached("killed") == .crash)
        }
    }

    private func with(_ body: @escaping @Sendable (House) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let engine = SimulatedEngine()
        try await InProcessWorld.with(directory.path, engine: engine) { world, _ in
            let server = try await world.makeServer("web-1")
            let volume = try await world.makeVolume("data-1", on: "web-1")
            try await body(
                House(
                    world: world, engine: engine, server: ServerID(stored: server.id),
                    volume: VolumeID(stored: volume.id)))
        }
    }

    @Test func aWriterThatFlushedLeavesItOffline() async throws {
        try await with { house in
            try house.write(isFlushed: true)
            #expect(try await house.gradeDetached() == .offline)
        }
    }

    @Test func aWriterThatWasKilledLeavesItCrash() async throws {
        try await with { house in
            try await house.killWriter()
            let status = try await refusal {
                try await house.world.client.snapshots.createSnapshot(
                    CreateSnapshotRequest(
                        requestID: house.world.newID(), snapshot: .init(name: "better"), volume: "data-1",
                        require: .offline))
            }
            #expect(status.reason == "CONSISTENCY_NOT_MET")
        }
    }

    @Test func aWriterThatBrokeOffLeavesItCrash() async throws {
        try await with { house in
            try house.write(isFlushed: true)
            house.engine.breakOffClients(of: house.volume, of: house.server)
            #expect(try await house.gradeDetached() == .crash)
        }
    }

    /// Being attached and detached proves nothing; a writer that ends cleanly does.
    @Test func onlyALaterWriterEndsIt() async throws {
        try await with { house in
            try await house.killWriter()
            try await house.attach()
            #expect(try await house.gradeDetached("idle") == .crash)
            try await house.attach()
            try house.write(isFlushed: true)
            #expect(try await house.gradeDetached("mended") == .offline)
        }
    }

    @Test func stoppingAndStartingDoesNotEndItEither() async throws {
        try await with { house in
            try house.write(isFlushed: false)
            for round in 1...2 {
                _ = try await house.world.stop("web-1")
                #expect(try await house.world.takeServerSnapshot("cold-\(round)", of: "web-1").consistency == .crash)
                _ = try await house.world.start("web-1")
            }
            try house.write(isFlushed: true)
            _ = try await house.world.stop("web-1")
            #expect(try await house.world.takeServerSnapshot("mended", of: "web-1").consistency == .offline)
        }
    }

    @Test func copiesAndRevertsCarryIt() async throws {
        try await with { house in
            #expect(try await house.gradeDetached("good") == .offline)
            try await house.attach()
            try await house.killWriter()
            for (snapshot, grade) in [("killed", HoldpointMessages.Consistency.Grade.crash), ("good", .offline)] {
                _ = try await house.world.makeVolume("copy-\(snapshot)", mebibytes: 0, snapshot: snapshot)
                let copied = try await house.world.takeSnapshot("c-\(snapshot)", of: "copy-\(snapshot)")
                #expect(copied.consistency == grade)
                try await house.world.settled(try await house.world.revert("data-1", to: snapshot).operation)
                #expect(try await house.world.takeSnapshot("r-\(snapshot)", of: "data-1").consistency == grade)
            }
        }
    }

    /// A cut makes durable what was written, and so hides it from whoever looks later.
    @Test(arguments: [true, false]) func aCutInBetweenHidesNothing(isFlushed: Bool) async throws {
        try await with { house in
            try house.write(isFlushed: isFlushed)
            #expect(try await house.world.takeSnapshot("between", of: "data-1").consistency == .crash)
            #expect(try await house.gradeDetached() == (isFlushed ? .offline : .crash))
        }
    }

    @Test func aResizeInBetweenHidesNothing() async throws {
        try await with { house in
            try house.write(isFlushed: false)
            try await house.world.settled(
                try await house.world.client.volumes.resizeVolume(
                    ResizeVolumeRequest(requestID: house.world.newID(), volume: "data-1", sizeBytes: 16 << 20)
                ).operation)
            #expect(try await house.gradeDetached() == .crash)
        }
    }

    @Test func theDeathOfAProcessIsNotForgotten() async throws {
        try await with { house in
            try house.write(isFlushed: true)
            house.engine.killServer(house.server)
            try await untilTrue { try await house.engine.observe(house.server)?.activeLayers.isEmpty == false }
            #expect(try await house.gradeDetached("lost") == .crash)
            try await house.attach()
            try house.write(isFlushed: true)
            #expect(try await house.gradeDetached("mended") == .offline)
        }
    }

    /// What was seen before holdpointd was restarted still counts.
    @Test func aRestartForgetsNothing() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let engine = SimulatedEngine()
        try await InProcessWorld.with(directory.path, engine: engine) { world, _ in
            _ = try await world.makeServer("web-1")
            let made = VolumeID(stored: try await world.makeVolume("data-1", on: "web-1").id)
            try engine.write([1], toBlock: 0, of: made, isFlushed: false)
            try await world.detach("data-1")
            try await world.settled(
                try await world.client.volumes.attachVolume(
                    AttachVolumeRequest(requestID: world.newID(), volume: "data-1", server: "web-1")
                ).operation)
        }
        try await InProcessWorld.with(directory.path, engine: engine) { world, _ in
            let made = VolumeID(stored: try await world.client.volumes.getVolume(.init(volume: "data-1")).id)
            try engine.write([2], toBlock: 0, of: made)
            try await world.detach("data-1")
            #expect(try await world.takeSnapshot("mended", of: "data-1").consistency == .offline)
        }
    }
}

/// Waits until something is so, at most a minute.
func untilTrue(_ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while try await !condition() {
        guard ContinuousClock.now < end else {
            Issue.record("it did not come about")
            throw CancellationError()
        }
        try await Task.sleep(for: .milliseconds(10))
    }
}
