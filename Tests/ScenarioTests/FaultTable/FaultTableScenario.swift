import Engine
import EngineTestSupport
import Foundation
import HoldpointClient
import HoldpointMessages
import HoldpointRPC
import Testing

/// For every kind of operation: each of its calls to the engine fails, fails after its work, fails for good or finds no
/// room; and the process dies before and after each of them, and before and after each commit. Every time the operation
/// ends as if nothing had happened, once the same request was repeated and an administrator resolved what stopped.
@Suite struct FaultTableScenario {
    @Test(arguments: OperationCase.all)
    func endsWellWhateverBefellIt(_ kind: OperationCase) async throws {
        let (reference, calls, commits) = try await FaultRun(kind).clean()
        #expect(commits > 1)
        var counts: [Fault: Int] = [:]
        for fault in Fault.allCases {
            for place in places(for: fault, calls.count, commits) {
                counts[fault, default: 0] += 1
                let (shape, faults) = try await FaultRun(kind).run(fault, at: place)
                #expect(faults.isEmpty, "\(fault.rawValue) at \(place)")
                #expect(shape == reference, "\(fault.rawValue) at \(place)")
            }
        }
        let cells = Fault.allCases.map { "\($0.rawValue) \(counts[$0] ?? 0)" }.joined(separator: ", ")
        print("FAULT TABLE \(kind.name): \(calls.count) engine calls, \(commits) commits: \(cells): all ended well")
    }

    private func places(for fault: Fault, _ calls: Int, _ commits: Int) -> [Place] {
        let atCalls = (0..<calls).map { Place.engineCall($0) }
        switch fault {
        case .failsOnce, .failsAfterWork, .failsForGood: return atCalls
        case .noRoom, .diesBefore, .diesAfter: return atCalls + (0..<commits).map { .commit($0) }
        }
    }
}

/// One operation in a house of its own.
private struct FaultRun {
    private static let limit = Duration.seconds(60)

    let kind: OperationCase
    private let fate = Fate()
    private let engine = SimulatedEngine()
    private let requestID = HoldpointClient.newRequestID()

    init(_ kind: OperationCase) {
        self.kind = kind
    }

    /// Without any fault.
    ///
    /// - Returns: what it leads to, the calls to the engine that it makes, and how often it commits.
    func clean() async throws -> (HouseShape, [EngineMethod], Int) {
        try await inFolder { folder in
            let house = try await open(folder)
            let world = house.world(folder)
            try await furnish(world)
            fate.arm(nil)
            _ = try await world.settled(try await kind.begin(world, requestID))
            let (calls, commits) = (fate.engineCalls, fate.commitCount)
            await house.close()
            return (try await rest(folder).0, calls, commits)
        }
    }

    /// - Returns: what it led to, and what does not hold there.
    func run(_ fault: Fault, at place: Place) async throws -> (HouseShape, [String]) {
        try await inFolder { folder in
            var house = try await open(folder)
            try await furnish(house.world(folder))
            fate.arm(fault, at: place)
            let answer = try? await kind.begin(house.world(folder), requestID)
            try await untilResting(house)
            if fate.isDead {
                await house.abandon()
                fate.arm(nil)
                house = try await open(folder)
                try await untilResting(house)
            }
            fate.arm(nil)
            try await finish(house, folder, answer ?? nil)
            await house.close()
            return try await rest(folder)
        }
    }

    /// The caller repeats the request; what stopped is resolved; what was rolled back is asked for anew.
    private func finish(
        _ house: ManagedHouse, _ folder: String, _ answer: HoldpointMessages.Operation?
    ) async throws {
        let world = house.world(folder)
        let repeated = try await kind.begin(world, requestID)
        if let answer { #expect(repeated?.id == answer.id, "one request, two operations") }
        guard let repeated else { return }
        var ended = try await world.client.wait(for: repeated, timeout: Self.limit)
        if ended.state == .stuck { ended = try await resolve(ended.id, world) }
        guard ended.state == .failed else {
            #expect(ended.state == .succeeded, "\(ended.error?.message ?? "")")
            return
        }
        if try await isErrorDeleting(house, ended.targetIDs[0]) {
            #expect(try await resolve(ended.targetIDs[0], world).state == .succeeded)
        } else {
            _ = try await world.settled(try await kind.begin(world, HoldpointClient.newRequestID()))
        }
    }

    private func resolve(_ id: String, _ world: World) async throws -> HoldpointMessages.Operation {
        let answer = try await world.client.admin.resolveFailure(
            ResolveFailureRequest(requestID: world.newID(), resource: id, action: .retry))
        return try await world.client.wait(for: try #require(answer.operation), timeout: Self.limit)
    }

    private func isErrorDeleting(_ house: ManagedHouse, _ id: String) async throws -> Bool {
        try await house.store.read { transaction in
            try !transaction.rows(
                """
                SELECT id FROM volume WHERE id = ? AND state = 'ERROR_DELETING'
                UNION ALL SELECT id FROM volume_snapshot WHERE id = ? AND state = 'ERROR_DELETING'
                UNION ALL SELECT id FROM server_snapshot WHERE id = ? AND state = 'ERROR_DELETING'
                """, [.text(id), .text(id), .text(id)]
            ) { try $0.text(0) }.isEmpty
        }
    }

    // MARK: The house

    private func inFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let folder = "/dev/shm/hpf-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await body(folder)
    }

    private func open(_ folder: String) async throws -> ManagedHouse {
        try await ManagedHouse(
            folder, engine: FatedEngine(base: engine, fate: fate), turnResourceCount: kind.turnResourceCount,
            wrap: { FatedStore(base: $0, fate: fate) })
    }

    /// Opens it once more, so that everything is taken up and cleaned up, and looks.
    private func rest(_ folder: String) async throws -> (HouseShape, [String]) {
        let house = try await open(folder)
        try await untilResting(house)
        let shape = try await HouseShape(house.store, engine)
        let faults = try await RestingHouse(store: house.store, engine: engine).faults()
        await house.close()
        return (shape, faults)
    }

    /// Two volumes of a server and a loose one, each with other bytes at each point in time.
    private func furnish(_ world: World) async throws {
        _ = try await world.makeServer("web-1")
        for (index, name) in ["data-1", "data-2", "loose"].enumerated() {
            let volume = try await world.makeVolume(name, mebibytes: 1, on: "web-1")
            try engine.write([UInt8(10 * index + 1)], toBlock: 0, of: .init(stored: volume.id))
        }
        _ = try await world.takeSnapshot("first", of: "data-1")
        _ = try await world.takeSnapshot("second-1", of: "data-2")
        try await world.detach("loose")
        try await write(2, world)
        _ = try await world.takeServerSnapshot("nightly", of: "web-1")
        try await write(3, world)
        if kind.hasQuarantine {
            engine.changeLayer(.init(stored: OperationCase.quarantined)) { _ in }
            #expect(try await world.check(repair: true).quarantinedLayerCount == 1)
        }
        try await kind.prepare(world)
    }

    private func write(_ byte: UInt8, _ world: World) async throws {
        for name in ["data-1", "data-2"] {
            let volume = try await world.client.volumes.getVolume(GetVolumeRequest(volume: name))
            try engine.write([byte], toBlock: Int64(byte), of: .init(stored: volume.id))
        }
    }

    /// Waits until no operation runs, or the process is dead.
    private func untilResting(_ house: ManagedHouse) async throws {
        let end = ContinuousClock.now + Self.limit
        while !fate.isDead {
            if try await house.store.read({ try $0.openOperations().isEmpty }) { return }
            try #require(ContinuousClock.now < end, "an operation does not end")
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}
