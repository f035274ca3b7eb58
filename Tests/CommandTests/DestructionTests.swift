import HoldpointClient
import Testing

@testable import HoldpointCommand

/// Changes that need consent, and what they send.
@Suite struct DestructionTests {
    private static let done = HoldpointMessages.Operation(id: "op-1", state: .succeeded)
    private static let server = Server(id: "srv-1", name: "web-1", state: .stopped)
    private static let volume = Volume(id: "vol-1", name: "data-1", state: .available)

    /// Runs a line behind a consent from a file.
    private func run(_ command: RealCommand, _ line: String...) async throws -> RealCommand.Ended {
        let password = try temporaryFile("planted-secret")
        defer { remove(password) }
        return try await command.run(line + ["--yes", "--password-file", password])
    }

    @Test func stoppingAsksForConsentOnlyIfItIsForced() async throws {
        let stops = Requests<StopServerRequest>()
        try await withCommand { router in
            router.unary(ServerServiceMethods.getServer) { _, _ in DestructionTests.server }
            router.unary(ServerServiceMethods.stopServer) { request, _ in
                stops.add(request)
                return ServerAnswer(server: DestructionTests.server, operation: DestructionTests.done)
            }
        } _: { command in
            #expect(try await command.run(["server", "stop", "web-1", "-o", "name"]).output == "srv-1\n")
            #expect(stops.all.map(\.force) == [false] && stops.all.first?.consent == nil)
            let unconsented = try await command.run(["server", "stop", "web-1", "--force"])
            #expect(unconsented.code == 2 && stops.all.last?.validateOnly == true)
            #expect(try await run(command, "server", "stop", "web-1", "--force").code == 0)
            #expect(stops.all.last?.force == true && stops.all.last?.consent?.password == "planted-secret")
        }
    }

    @Test func aStartNeedsNone() async throws {
        try await withCommand { router in
            router.unary(ServerServiceMethods.startServer) { request, _ in
                ServerAnswer(server: Server(id: request.server, state: .running))
            }
        } _: { command in
            let ended = try await command.run(["server", "start", "web-1"])
            #expect(ended.code == 0 && ended.output.contains("RUNNING"))
        }
    }

    @Test func revertingSaysWhereTheOldDataIs() async throws {
        let reverts = Requests<RevertVolumeRequest>()
        let kept = Warning(reason: "SAFETY_SNAPSHOT", message: "kept in snapshot revert-11211316 (vsnap-9)")
        try await withCommand { router in
            router.unary(VolumeServiceMethods.getVolume) { _, _ in DestructionTests.volume }
            router.unary(VolumeServiceMethods.revertVolume) { request, _ in
                reverts.add(request)
                return VolumeAnswer(
                    volume: DestructionTests.volume, operation: DestructionTests.done, warnings: [kept])
            }
        } _: { command in
            let ended = try await run(command, "volume", "revert", "data-1", "--snapshot", "before")
            #expect(ended.code == 0 && ended.error.contains("kept in snapshot revert-11211316 (vsnap-9)"))
            #expect(reverts.all.map(\.snapshot) == ["before"])
            #expect(reverts.all.first?.consent?.password == "planted-secret")
            #expect(try await command.run(["volume", "revert", "data-1", "--snapshot", "before"]).code == 2)
            #expect(reverts.all.last?.validateOnly == true)
        }
    }

    @Test func whatIsRefusedAnywayIsNotConsentedTo() async throws {
        try await withCommand { router in
            router.unary(VolumeServiceMethods.revertVolume) { _, _ -> VolumeAnswer in
                throw RPCError(.failedPrecondition, "it is attached", reason: "VOLUME_ATTACHED")
            }
        } _: { command in
            let ended = try await command.run(["volume", "revert", "data-1", "--snapshot", "before"])
            #expect(ended.code == 4 && ended.error.contains("(VOLUME_ATTACHED)"))
        }
    }

    @Test func aServersVolumesGoWithItIfAsked() async throws {
        let deletions = Requests<DeleteServerRequest>()
        let plans = Requests<PlanDeleteRequest>()
        let executions = Requests<ExecutePlanRequest>()
        try await withCommand { router in
            router.unary(ServerServiceMethods.getServer) { _, _ in DestructionTests.server }
            router.unary(ServerServiceMethods.deleteServer) { request, _ in
                deletions.add(request)
                return DeleteAnswer(operation: DestructionTests.done)
            }
            router.unary(PlanServiceMethods.planDelete) { request, _ in
                plans.add(request)
                return chain
            }
            router.unary(PlanServiceMethods.executePlan) { request, _ in
                executions.add(request)
                return DeleteAnswer(operation: DestructionTests.done)
            }
        } _: { command in
            #expect(try await run(command, "server", "delete", "web-1", "--delete-volumes").code == 0)
            #expect(deletions.all.map(\.deleteVolumes) == [true] && deletions.all.map(\.force) == [false])
            let cascade = try await run(
                command, "server", "delete", "web-1", "--delete-volumes", "--force", "--cascade")
            #expect(cascade.code == 0 && cascade.output.hasPrefix("server web-1 deleted"))
            #expect(plans.all.suffix(1) == [PlanDeleteRequest(resource: "srv-1", deleteVolumes: true, force: true)])
            #expect(executions.all.map(\.deleteVolumes) == [true] && executions.all.map(\.force) == [true])
        }
    }
}
