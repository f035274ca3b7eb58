import Engine
import EngineTestSupport
import HoldpointClient
import HoldpointMessages
import Model
import Testing

/// Is all well? What is wrong is shown first, with the line that helps, and is gone when it is mended.
@Suite struct StatusScenario {
    private func reasons(_ command: CommandWorld) async throws -> [String] {
        try await command.world.client.admin.getStatus(.init()).problems.map { "\($0.reason) \($0.name)" }
    }

    private func failDeletion(of name: String, _ command: CommandWorld) async throws {
        let world = command.world
        command.engine.fail(.deleteLayer)
        let answer = try await world.client.volumes.deleteVolume(
            .init(requestID: world.newID(), volume: name, consent: world.consent))
        let ended = try await world.client.wait(for: try #require(answer.operation), timeout: .seconds(60))
        command.engine.removeFaults()
        #expect(ended.state == .failed)
    }

    @Test func allIsWell() async throws {
        try await CommandWorld.with { command in
            _ = try await command.world.makeChain()
            let told = try await command.run(["status", "--check"])
            #expect(told.code == 0 && told.error.isEmpty)
            #expect(told.output.hasPrefix("problems          all is well\n"), "\(told.output)")
        }
    }

    @Test func aFailedDeletionIsShownFirstUntilItIsResolved() async throws {
        try await CommandWorld.with { command in
            let volume = try await command.world.makeVolume("data-2")
            try await failDeletion(of: "data-2", command)
            let told = try await command.run(["status", "--check"])
            let lines = told.output.split(separator: "\n").map(String.init)
            #expect(told.code == 7 && told.error == "holdpoint: status: 1 error, 0 warnings\n")
            #expect(lines[0].hasPrefix("ERROR  volume data-2 (\(volume.id)): ERROR_DELETING: ENGINE_FAILED: "))
            #expect(lines[0].contains(", since 20"))
            #expect(lines[1] == "    holdpoint admin resolve \(volume.id) --retry")
            #expect(try await command.run(["status"]).code == 0, "only --check makes a code of it")
            // A check says the same, and no data is in doubt.
            let check = try await command.run(["admin", "check"])
            #expect(check.code == 4 && check.output.contains("ERROR_DELETING"), "\(check.output)")
            // The line that is printed mends it.
            let words = lines[1].split(separator: " ").dropFirst().map(String.init)
            #expect(try await command.run(words, consents: true).code == 0)
            #expect(try await command.run(["status", "--check"]).code == 0)
        }
    }

    @Test func aStuckPlanIsToldOnItAndOnWhatItHolds() async throws {
        try await CommandWorld.with { command in
            let (world, engine) = (command.world, command.engine)
            _ = try await world.makeChain()
            engine.fail(.detach)
            let stuck = try await world.execute(try await world.plan("data-1"), "data-1")
            engine.removeFaults()
            let found = try await reasons(command)
            #expect(found.contains("OPERATION_STUCK EXECUTE_PLAN") && found.contains("ERROR_DELETING data-1"))
            let check = try await world.client.admin.checkConsistency(.init())
            #expect(check.clean && check.findings.contains { $0.reason == "OPERATION_STUCK" && $0.id == stuck.id })
            #expect(try await command.run(["admin", "resolve", stuck.id, "--retry"], consents: true).code == 0)
            #expect(try await reasons(command).isEmpty)
        }
    }

    @Test func aLostProcessAndAVolumeThatIsNotServedAreTold() async throws {
        try await CommandWorld.with { command in
            let (world, engine) = (command.world, command.engine)
            let server = ServerID(stored: try await world.makeServer("web-1").id)
            for name in ["data-1", "data-2"] { _ = try await world.makeVolume(name, on: "web-1") }
            let bad = try await world.top(of: "data-2", in: engine, server)
            engine.damageLayer(bad)
            engine.killServer(server)
            try await untilTrue {
                try await reasons(command).sorted() == ["PROCESS_LOST web-1", "RESOURCE_ERROR data-2"]
            }
            #expect(try await command.run(["status", "--check"]).code == 7)
            engine.changeLayer(bad) { $0.size = ByteCount(bytes: 8 << 20) }
            try await untilTrue { try await reasons(command) == ["PROCESS_LOST web-1"] }
            // Its clients saw a power cut: that is told for an hour.
            let told = try await command.run(["status", "--check"])
            #expect(told.code == 4 && told.output.hasPrefix("WARNING  server web-1 (\(server)): its process ended"))
            try await world.deleteServer("web-1")
            #expect(try await reasons(command).isEmpty, "nobody asks for a server that is gone")
        }
    }

    @Test func lowStorageQuarantineAndAFindingAreTold() async throws {
        try await CommandWorld.with { command in
            let (world, engine) = (command.world, command.engine)
            _ = try await world.makeVolume("data-2")
            try await failDeletion(of: "data-2", command)
            #expect(
                try await command.run(["admin", "resolve", "data-2", "--abandon"], consents: true).code == 0)
            #expect(try await reasons(command) == ["LAYERS_QUARANTINED "])
            engine.addStrayFile("left-over.qcow2")
            #expect(try await command.run(["admin", "check"]).code == 7)
            #expect(try await reasons(command) == ["CHECK_FOUND ", "LAYERS_QUARANTINED "])
            #expect(try await command.run(["admin", "check", "--repair"]).code == 0)
            #expect(try await reasons(command) == ["LAYERS_QUARANTINED "])
            engine.setTotal(ByteCount(bytes: 200 << 10))
            #expect(try await reasons(command).contains("STORAGE_LOW "))
            engine.setTotal(.tebibyte)
            #expect(try await reasons(command) == ["LAYERS_QUARANTINED "])
        }
    }

    /// A thousand that failed are one answer, and the rest is counted.
    @Test func manyProblemsAreTold() async throws {
        try await CommandWorld.with { command in
            let world = command.world
            for number in 0..<103 { _ = try await world.makeVolume("data-\(number)") }
            for number in 0..<102 { try await failDeletion(of: "data-\(number)", command) }
            let status = try await world.client.admin.getStatus(.init())
            #expect(status.problems.count == 100 && status.omittedProblemCount == 1)
            let told = try await command.run(["status", "--check"])
            #expect(told.code == 7 && told.error.contains("100 errors, 0 warnings, 1 more"))
        }
    }
}
