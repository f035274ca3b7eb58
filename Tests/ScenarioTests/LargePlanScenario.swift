import Engine
import HoldpointClient
import HoldpointMessages
import Testing

/// A plan of some hundred steps: what is needed first comes first, each thing once, and one call does it all.
@Suite struct LargePlanScenario {
    private static let volumes = (1...8).map { "data-\($0)" }
    private static let serverSnapshotCount = 10
    private static let snapshotsOfEach = 6

    @Test func everythingOfAServerGoesInOneCall() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        try await InProcessWorld.with(directory.path, engine: SimulatedEngine()) { world, _ in
            let server = try await world.makeServer("web-1")
            let ids = try await furnish(world)
            let plan = try await world.plan("web-1", deleteVolumes: true)
            expectRightOrder(plan, server: server.id)
            #expect(Set(plan.steps.map(\.id)) == Set(ids + [server.id]) && plan.steps.count == ids.count + 1)
            #expect(plan.steps.map(\.number) == (1...UInt32(plan.steps.count)).map { $0 })
            #expect(plan.blockers.isEmpty)

            let ended = try await world.execute(plan, "web-1", deleteVolumes: true)
            // Before its own steps a long plan makes its snapshots busy.
            #expect(ended.state == .succeeded && ended.steps.first?.name == "hold-snapshots")
            #expect(ended.steps.count == plan.steps.count + 1)
            #expect(ended.steps.allSatisfy { $0.state == .done })
            let status = try await world.client.admin.getStatus(GetStatusRequest())
            #expect(status.serverCount == 0 && status.volumeCount == 0 && status.snapshotCount == 0)
            #expect(status.serverSnapshotCount == 0 && status.layerCount == 0)
            #expect(try await world.check().findings.isEmpty)
        }
    }

    /// - Returns: everything that the server's deletion takes along.
    private func furnish(_ world: World) async throws -> [String] {
        var ids: [String] = []
        for name in Self.volumes { ids.append(try await world.makeVolume(name, on: "web-1").id) }
        for number in 1...max(Self.serverSnapshotCount, Self.snapshotsOfEach) {
            if number <= Self.serverSnapshotCount {
                ids.append(try await world.takeServerSnapshot("night-\(number)", of: "web-1").id)
            }
            guard number <= Self.snapshotsOfEach else { continue }
            for name in Self.volumes {
                ids.append(try await world.takeSnapshot("\(name)-\(number)", of: name).id)
            }
        }
        return ids
    }

    /// What a rule asks for comes before the resource that it is asked for; volumes come after their server.
    private func expectRightOrder(_ plan: HoldpointMessages.DeletionPlan, server: String) {
        let places = Dictionary(plan.steps.map { ($0.id, $0.number) }, uniquingKeysWith: { first, _ in first })
        for step in plan.steps where !step.reason.isEmpty {
            let dependent = places[step.requiredBy] ?? 0
            #expect(step.number < dependent, "\(step.action) \(step.name) comes after \(step.requiredBy)")
        }
        #expect(plan.steps.suffix(Self.volumes.count).map(\.name) == Self.volumes)
        #expect(plan.steps.suffix(Self.volumes.count + 1).first?.id == server)
    }
}
