import HoldpointClient
import HoldpointMessages
import Testing

/// A whole server goes back to one of its server snapshots: all of its volumes, or none.
@Suite struct ServerRevertScenario {
    @Test(arguments: WorldKind.allCases)
    func allVolumesGoBackTogether(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            let server = try await world.makeServer("web-1")
            for (number, name) in ["data-1", "data-2", "data-3"].enumerated() {
                _ = try await world.makeVolume(name, on: "web-1")
                try await world.write(UInt8(number + 1), to: name)
            }
            let before = try await world.takeServerSnapshot("before-update", of: "web-1")
            _ = try await world.makeVolume("later", on: "web-1")
            for name in ["data-1", "data-2", "data-3", "later"] { try await world.write(9, to: name) }

            let running = try await refusal { try await world.revertServer() }
            #expect(running.reason == "SERVER_RUNNING" && running.blockers.map(\.id) == [server.id])
            #expect(
                running.remedies.map(\.command) == [
                    "holdpoint server revert \(server.id) --server-snapshot \(before.id) --restart",
                    "holdpoint server stop \(server.id)",
                ])
            let unasked = try await refusal { try await world.revertServer(restart: true, isAllowed: false) }
            #expect(unasked.reason == "CONSENT_REQUIRED")

            let answer = try await world.revertServer(restart: true)
            #expect(answer.server?.state == .rebooting)
            #expect(answer.warnings.map(\.reason) == ["SAFETY_SNAPSHOT", "VOLUMES_KEPT"])
            #expect(answer.warnings.last?.message == "left as they are: later")
            let ended = try #require(try await world.settled(answer.operation))
            #expect(ended.targetIDs.first == server.id)
            let now = try await world.client.servers.getServer(GetServerRequest(server: "web-1"))
            #expect(now.state == .running && now.operationID.isEmpty && now.attachments.count == 4)
            #expect(try await world.firstBytes("data-1", "data-2", "data-3", "later") == [1, 2, 3, 9])

            // What was there before is whole, of one instant, and can be gone back to in turn.
            let safety = try await world.client.serverSnapshots.getServerSnapshot(
                GetServerSnapshotRequest(serverSnapshot: try #require(ended.targetIDs.last)))
            #expect(safety.state == .available && safety.name.hasPrefix("revert-") && safety.memberIDs.count == 4)
            #expect(safety.consistency == .offline)
            _ = try await world.stop("web-1")
            try await world.settled(try await world.revertServer(to: safety.id).operation)
            #expect(try await world.client.servers.getServer(GetServerRequest(server: "web-1")).state == .stopped)
            _ = try await world.start("web-1")
            #expect(try await world.firstBytes("data-1", "data-2", "data-3", "later") == [9, 9, 9, 9])
        }
    }

    /// What is gone or elsewhere is named, and has to be left out by name.
    @Test func whatIsGoneIsLeftOutExplicitly() async throws {
        try await World.with(.inProcess) { world in
            let server = try await world.makeServer("web-1")
            let other = try await world.makeServer("web-2")
            let (kept, moved) = (
                try await world.makeVolume("data-1", on: "web-1"), try await world.makeVolume("data-2", on: "web-1")
            )
            try await world.write(1, to: "data-1")
            let before = try await world.takeServerSnapshot("before-update", of: "web-1")
            try await world.write(9, to: "data-1")
            try await world.detach("data-2")
            try await world.settled(
                try await world.client.volumes.attachVolume(
                    AttachVolumeRequest(requestID: world.newID(), volume: "data-2", server: "web-2")
                ).operation)

            let refused = try await refusal { try await world.revertServer(restart: true) }
            #expect(refused.reason == "VOLUME_NOT_ATTACHED")
            #expect(refused.blockers.map(\.id) == [moved.id] && refused.blockers.map(\.name) == ["data-2"])
            #expect(
                refused.remedies.map(\.command) == [
                    "holdpoint server revert \(server.id) --server-snapshot \(before.id) --restart "
                        + "--leave-out \(moved.id)"
                ])
            for reference in ["nothing", "", other.id] {
                let wrong = try await refusal { try await world.revertServer(restart: true, leaveOut: [reference]) }
                #expect(wrong.reason == "INVALID_ARGUMENT" && wrong.fieldViolations.map(\.field) == ["leave_out"])
            }
            let flood = try await refusal {
                try await world.revertServer(restart: true, leaveOut: Array(repeating: "data-2", count: 65))
            }
            #expect(flood.reason == "INVALID_ARGUMENT" && flood.message.contains("at most 64"))
            let all = try await refusal {
                try await world.revertServer(restart: true, leaveOut: ["data-1", "data-2"])
            }
            #expect(all.reason == "INVALID_ARGUMENT")
            let foreign = try await refusal {
                try await world.client.servers.revertServer(
                    RevertServerRequest(
                        requestID: world.newID(), server: "web-2", serverSnapshot: "before-update", restart: true,
                        consent: world.consent))
            }
            #expect(foreign.reason == "INVALID_ARGUMENT" && foreign.message.contains("of server web-1"))

            try await world.settled(try await world.revertServer(restart: true, leaveOut: ["data-2"]).operation)
            #expect(try await world.firstBytes("data-1") == [1])
            let elsewhere = try await world.client.volumes.getVolume(GetVolumeRequest(volume: "data-2"))
            #expect(elsewhere.serverID == other.id && elsewhere.operationID.isEmpty && kept.id != elsewhere.id)
        }
    }
}

extension World {
    fileprivate func revertServer(
        to snapshot: String = "before-update", restart: Bool = false, leaveOut: [String] = [], isAllowed: Bool = true
    ) async throws -> ServerAnswer {
        try await client.servers.revertServer(
            RevertServerRequest(
                requestID: newID(), server: "web-1", serverSnapshot: snapshot, restart: restart, leaveOut: leaveOut,
                consent: isAllowed ? consent : nil))
    }

    fileprivate func firstBytes(_ volumes: String...) async throws -> [UInt8?] {
        var bytes: [UInt8?] = []
        for volume in volumes { bytes.append(try await read(volume, block: 0)) }
        return bytes
    }
}
