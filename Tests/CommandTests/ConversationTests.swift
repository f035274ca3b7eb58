import Foundation
import HoldpointClient
import Testing

/// What happens on a terminal.
@Suite struct ConversationTests {
    private static let operation = HoldpointMessages.Operation(
        id: "op-abcdefghijkl", kind: "EXECUTE_PLAN", state: .succeeded)
    private let executed = Requests<ExecutePlanRequest>()

    private func withPlans(
        _ plan: DeletionPlan = chain, _ body: (RealCommand) async throws -> Void
    ) async throws {
        try await withCommand { router in
            router.unary(VolumeServiceMethods.getVolume) { _, _ in Volume(id: "vol-1", name: "data-1") }
            router.unary(PlanServiceMethods.planDelete) { _, _ in plan }
            router.unary(PlanServiceMethods.executePlan) { [executed] request, _ in
                executed.add(request)
                return DeleteAnswer(operation: ConversationTests.operation)
            }
        } _: { command in
            try await body(command)
        }
    }

    @Test func aCascadeShowsThePlanAsksForConsentAndHidesThePassword() async throws {
        try await withPlans { command in
            let ended = try await command.converse(
                "volume", "delete", "data-1", "--cascade",
                answers: [("Type yes to go on: ", "yes"), ("Password: ", "planted-secret")])
            #expect(ended.code == 0, "\(ended.error)")
            #expect(ended.output == "volume data-1 deleted with 1 server snapshot and 1 snapshot; 12 KiB freed\n")
            #expect(ended.error.contains("4. delete volume data-1 (vol-1): 1 GiB of data; frees 8 KiB\r\n├── "))
            #expect(ended.error.contains("4 steps, in the order of their numbers; frees 12 KiB at once, "))
            #expect(executed.all.map(\.hash) == ["h1"])
            #expect(executed.all.first?.consent == Consent(acknowledged: true, password: "planted-secret"))
            #expect(!ended.error.contains("planted-secret") && !ended.commandLine.contains("planted-secret"))
            #expect(ended.commandLine.contains("--cascade"))
        }
    }

    @Test func whoDoesNotSayYesIsNotAskedForThePassword() async throws {
        try await withPlans { command in
            let ended = try await command.converse(
                "volume", "delete", "data-1", "--cascade", answers: [("Type yes to go on: ", "y")])
            #expect(ended.code == 5 && ended.output.isEmpty)
            #expect(ended.error.contains("not confirmed; nothing was done (CONSENT_REQUIRED)"))
            #expect(!ended.error.contains("Password") && executed.all.isEmpty)
        }
    }

    @Test func withoutATerminalTheOptionsAreNamed() async throws {
        try await withPlans { command in
            let ended = try await command.run("volume", "delete", "data-1", "--cascade")
            #expect(ended.code == 2 && ended.output.isEmpty && executed.all.isEmpty)
            #expect(ended.error.contains("\n|-- 1. delete server-snapshot nightly (ssnap-1)"))
            #expect(ended.error.contains("--yes and --password-file FILE"))
        }
    }

    @Test func aPlanThatNoLongerHoldsIsToldOfWithWhatToDo() async throws {
        let password = try temporaryFile("planted-secret")
        defer { remove(password) }
        try await withCommand { router in
            router.unary(VolumeServiceMethods.getVolume) { _, _ in Volume(id: "vol-1", name: "data-1") }
            router.unary(PlanServiceMethods.planDelete) { _, _ in chain }
            router.unary(PlanServiceMethods.executePlan) { _, _ -> DeleteAnswer in
                throw RPCError(.aborted, "no", reason: "PLAN_STALE")
            }
        } _: { command in
            let ended = try await command.run(
                "volume", "delete", "data-1", "--cascade", "--yes", "--password-file", password)
            #expect(ended.code == 4 && ended.output.isEmpty)
            #expect(ended.error.contains("something changed after the plan was made, so it was not executed"))
            #expect(ended.error.contains("holdpoint volume delete vol-1 --cascade --yes --password-file \(password)"))
        }
    }

    @Test func blockersEndItWithTheFirstReason() async throws {
        try await withPlans(blockedPlan) { command in
            let ended = try await command.run("volume", "delete", "data-1", "--cascade", "-o", "json")
            #expect(ended.code == 4 && ended.output.isEmpty && executed.all.isEmpty)
            let lines = ended.error.split(separator: "\n")
            #expect(lines.count == 1 && lines.first?.contains(#""reason":"DELETION_PROTECTED""#) == true)
        }
    }

    @Test func asJSONTheAnswerIsTheOperationAndThereIsNoTree() async throws {
        let password = try temporaryFile("planted-secret")
        defer { remove(password) }
        try await withPlans { command in
            let ended = try await command.run(
                "volume", "delete", "data-1", "--cascade", "-o", "json", "--yes", "--password-file", password)
            #expect(ended.code == 0 && ended.error.isEmpty)
            #expect(ended.output.contains(#""id": "op-abcdefghijkl""#))
        }
    }

    @Test func aPlanIsExecutedByItsHash() async throws {
        try await withPlans { command in
            let planned = try await command.run("plan", "delete", "data-1", "--force")
            #expect(planned.error.contains("holdpoint plan execute data-1 --hash h1 --force\n"))
            let ended = try await command.converse(
                "plan", "execute", "data-1", "--hash", "h1", "--force",
                answers: [("Type yes to go on: ", "yes"), ("Password: ", "planted-secret")])
            #expect(ended.code == 0 && ended.output.hasPrefix("data-1 deleted with 1 server snapshot"))
            #expect(executed.all.first?.force == true && executed.all.first?.deleteVolumes == false)
            let stale = try await command.run("plan", "execute", "data-1", "--hash", "h0")
            #expect(stale.code == 4 && stale.error.contains("(PLAN_STALE)") && executed.all.count == 1)
        }
    }
}
