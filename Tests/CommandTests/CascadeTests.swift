import ArgumentParser
import HoldpointClient
import Testing

@testable import HoldpointCommand

@Suite struct CascadeTests {
    private let accepted = FakeChannel.answer(DeleteAnswer(operation: Operation(id: "op-1", state: .running)))
    private let ended = FakeChannel.answer(Operation(id: "op-1", state: .succeeded))
    private let volume = FakeChannel.answer(Volume(id: "vol-1", name: "data-1"))

    /// Runs a cascade with a consent from the options, and returns the exit code of the first failure.
    private func cascade(
        _ channel: FakeChannel, _ ids: [String] = ["data-1"], _ arguments: [String] = [], consents: Bool = true
    ) async throws -> Int32 {
        let path = try temporaryFile("secret")
        defer { remove(path) }
        let consent = try ConsentOptions.parse(consents ? ["--yes", "--password-file", path] : [])
        let session = try session(channel, arguments)
        var results = DeletionResults(session: session, isSingle: ids.count == 1)
        let deletion = Deletion<Volume>(ids: ids, extras: NoDeleteOptions(), consent: consent, session: session)
        do {
            try await Cascade(deletion: deletion).run(&results)
            try results.end()
        } catch let reported as ReportedFailure {
            return reported.exit.rawValue
        }
        return 0
    }

    @Test func executesThePlanThatWasShownWithItsHash() async throws {
        let channel = FakeChannel([volume, FakeChannel.answer(chain), accepted, ended])
        #expect(try await cascade(channel) == 0)
        #expect(channel.methods == ["GetVolume", "PlanDelete", "ExecutePlan", "WaitOperation"])
        // By the id: the name may be another kind's, too.
        #expect(try channel.request(1, as: PlanDeleteRequest.self).resource == "vol-1")
        let request: ExecutePlanRequest = try channel.request(2)
        #expect(request.resource == "vol-1" && request.hash == "h1" && !request.requestID.isEmpty)
        #expect(request.consent == Consent(acknowledged: true, password: "secret"))
    }

    @Test func aPlanWithBlockersIsNotExecuted() async throws {
        let channel = FakeChannel([volume, FakeChannel.answer(blockedPlan)])
        #expect(try await cascade(channel) == 4)
        #expect(channel.methods == ["GetVolume", "PlanDelete"])
        let refusal = try #require(blockedPlan.refusal)
        #expect(
            FailureText.lines(CommandFailure("volume delete data-1", refusal)) == [
                "holdpoint: volume delete data-1: 2 things stand in the way that the plan does not clear; "
                    + "nothing was done (DELETION_PROTECTED)",
                "  blocked by snapshot vsnap-1 \"before\": DELETION_PROTECTED",
                "  blocked by volume vol-1 \"data-1\": VOLUME_HAS_CLIENTS",
                "  holdpoint snapshot update vsnap-1 --no-protect  # unprotect",
            ])
    }

    @Test func aStalePlanIsNotMadeAgainByItself() async throws {
        let channel = FakeChannel([volume, FakeChannel.answer(chain), FakeChannel.fail(.aborted, reason: "PLAN_STALE")])
        #expect(try await cascade(channel) == 4)
        #expect(channel.methods == ["GetVolume", "PlanDelete", "ExecutePlan"])
    }

    @Test func aDryRunShowsThePlanAndAsksNobody() async throws {
        let channel = FakeChannel([volume, FakeChannel.answer(chain)])
        #expect(try await cascade(channel, ["data-1"], ["--dry-run"], consents: false) == 0)
        #expect(channel.methods == ["GetVolume", "PlanDelete"])
        let result = DeletionResult(subject: "", operation: nil, warnings: [], isDryRun: true, plan: chain)
        #expect(try result.tree["hash"] == .string("h1"))
    }

    @Test func withoutConsentNothingIsExecuted() async throws {
        let channel = FakeChannel([volume, FakeChannel.answer(chain)])
        await #expect(throws: ValidationError.self) { try await cascade(channel, consents: false) }
        #expect(channel.methods == ["GetVolume", "PlanDelete"])
    }

    @Test func allPlansAreMadeBeforeTheFirstIsExecuted() async throws {
        let other = DeletionPlan(
            hash: "h9", steps: [DeletionStep(number: 1, action: .delete, kind: "volume", id: "vol-9", name: "data-9")])
        let channel = FakeChannel([
            volume, FakeChannel.answer(chain), FakeChannel.fail(.notFound),
            FakeChannel.answer(Volume(id: "vol-9")), FakeChannel.answer(other), accepted, ended, accepted, ended,
        ])
        #expect(try await cascade(channel, ["data-1", "gone", "data-9"]) == 3)
        #expect(
            channel.methods == [
                "GetVolume", "PlanDelete", "GetVolume", "GetVolume", "PlanDelete", "ExecutePlan", "WaitOperation",
                "ExecutePlan", "WaitOperation",
            ])
        #expect(try channel.request(7, as: ExecutePlanRequest.self).hash == "h9")
    }

    /// Two volumes of one server snapshot: the first plan takes away a part of the second one.
    @Test func whatAPlanBeforeItHasDoneDoesNotMakeAPlanStale() async throws {
        let shared = try #require(chain.steps.first)
        let own = DeletionStep(number: 2, action: .delete, kind: "volume", id: "vol-9", name: "data-9")
        let shown = DeletionPlan(hash: "h8", steps: [shared, own])
        let left = DeletionPlan(hash: "h9", steps: [own])
        let nine = FakeChannel.answer(Volume(id: "vol-9"))
        let channel = FakeChannel([
            volume, FakeChannel.answer(chain), nine, FakeChannel.answer(shown), accepted, ended,
            FakeChannel.answer(left), accepted, ended,
        ])
        #expect(try await cascade(channel, ["data-1", "data-9"]) == 0)
        #expect(try channel.request(7, as: ExecutePlanRequest.self).hash == "h9")
    }

    @Test func whatNobodyWasShownIsNotExecuted() async throws {
        let shared = try #require(chain.steps.first)
        let own = DeletionStep(number: 2, action: .delete, kind: "volume", id: "vol-9", name: "data-9")
        let new = DeletionStep(number: 1, action: .delete, kind: "snapshot", id: "vsnap-9", name: "new")
        let channel = FakeChannel([
            volume, FakeChannel.answer(chain), FakeChannel.answer(Volume(id: "vol-9")),
            FakeChannel.answer(DeletionPlan(hash: "h8", steps: [shared, own])), accepted, ended,
            FakeChannel.answer(DeletionPlan(hash: "h9", steps: [new, own])),
            FakeChannel.fail(.aborted, reason: "PLAN_STALE"),
        ])
        #expect(try await cascade(channel, ["data-1", "data-9"]) == 4)
        #expect(try channel.request(7, as: ExecutePlanRequest.self).hash == "h8")
    }

    @Test func aRefusedPasswordIsNotTriedAgain() async throws {
        let other = DeletionPlan(hash: "h9", steps: [DeletionStep(number: 1, action: .delete, id: "vol-9")])
        let channel = FakeChannel([
            volume, FakeChannel.answer(chain), FakeChannel.answer(Volume(id: "vol-9")), FakeChannel.answer(other),
            FakeChannel.fail(.permissionDenied, reason: "CONSENT_INVALID"),
        ])
        #expect(try await cascade(channel, ["data-1", "data-9"]) == 5)
        #expect(channel.methods.filter { $0 == "ExecutePlan" }.count == 1)
    }

    @Test func waitsForTheOperationInTheWayIfAsked() async throws {
        let wait = Remedy(
            method: "holdpoint.v1.OperationService/WaitOperation", requestJson: #"{"operation":"op-7"}"#)
        let busy = DeletionPlan(
            hash: "h0", blockers: [Blocker(kind: "volume", id: "vol-1", reason: "RESOURCE_BUSY")], remedies: [wait])
        let channel = FakeChannel([
            volume, FakeChannel.answer(busy), FakeChannel.answer(Operation(id: "op-7", state: .succeeded)),
            FakeChannel.answer(chain), accepted, ended,
        ])
        #expect(try await cascade(channel, ["data-1"], ["--wait-busy"]) == 0)
        #expect(try channel.request(2, as: WaitOperationRequest.self).operation == "op-7")
        let refused = FakeChannel([volume, FakeChannel.answer(busy)])
        #expect(try await cascade(refused) == 4)
    }
}

@Suite struct BatchTests {
    private func delete(
        _ channel: FakeChannel, _ ids: [String], _ arguments: [String] = []
    ) async throws -> Int32 {
        let path = try temporaryFile("secret")
        defer { remove(path) }
        let session = try session(channel, arguments)
        var results = DeletionResults(session: session, isSingle: ids.count == 1)
        let deletion = Deletion<VolumeSnapshot>(
            ids: ids, extras: NoDeleteOptions(), consent: try ConsentOptions.parse(["--yes", "--password-file", path]),
            session: session)
        do {
            try await deletion.run(&results)
            try results.end()
        } catch let reported as ReportedFailure {
            return reported.exit.rawValue
        }
        return 0
    }

    private func answer(_ results: [SnapshotDeletion]) -> FakeChannel.Answer {
        FakeChannel.answer(BatchDeleteSnapshotsAnswer(results: results))
    }

    private func accepted(_ id: String) -> SnapshotDeletion {
        SnapshotDeletion(snapshot: id, snapshotID: id, operation: Operation(id: "op-\(id)", state: .running))
    }

    private func ended(_ id: String) -> FakeChannel.Answer {
        FakeChannel.answer(Operation(id: "op-\(id)", state: .succeeded))
    }

    @Test func severalSnapshotsAreOneCallAndTheFirstFailureDecides() async throws {
        let owned = Status(code: .failedPrecondition, message: "no", reason: "SNAPSHOT_OWNED_BY_SERVER_SNAPSHOT")
        let gone = Status(code: .notFound, message: "no")
        let channel = FakeChannel([
            answer(
                [accepted("a"), SnapshotDeletion(snapshot: "b", error: owned), accepted("c")] + [
                    SnapshotDeletion(snapshot: "d", error: gone)
                ]), ended("a"), ended("c"),
        ])
        #expect(try await delete(channel, ["a", "b", "c", "d"]) == 4)
        #expect(channel.methods == ["BatchDeleteSnapshots", "WaitOperation", "WaitOperation"])
        let request: BatchDeleteSnapshotsRequest = try channel.request(0)
        #expect(request.snapshots == ["a", "b", "c", "d"] && request.consent?.password == "secret")
        #expect(try channel.request(2, as: WaitOperationRequest.self).operation == "op-c")
    }

    @Test func oneSnapshotIsDeletedAsEverythingElse() async throws {
        let channel = FakeChannel([
            FakeChannel.answer(DeleteAnswer(operation: Operation(id: "op-a", state: .running))), ended("a"),
        ])
        #expect(try await delete(channel, ["a"]) == 0)
        #expect(channel.methods == ["DeleteSnapshot", "WaitOperation"])
    }

    @Test func moreThanOneCallHoldsGoInSeveral() async throws {
        let ids = (1...150).map { "s\($0)" }
        let channel = FakeChannel([
            answer(ids.prefix(100).map { SnapshotDeletion(snapshot: $0) }),
            answer(ids.dropFirst(100).map { SnapshotDeletion(snapshot: $0) }),
        ])
        #expect(try await delete(channel, ids, ["--ignore-missing"]) == 0)
        #expect(try channel.request(0, as: BatchDeleteSnapshotsRequest.self).snapshots.count == 100)
        let second: BatchDeleteSnapshotsRequest = try channel.request(1)
        #expect(second.snapshots == Array(ids.suffix(50)) && second.allowMissing)
    }

    @Test func oneRequestIDIsForOneCall() throws {
        let ids = (1...100).map { "s\($0)" }
        #expect(throws: Never.self) {
            try Root.parseAsRoot(["snapshot", "delete", "--request-id", "x"] + ids)
        }
        let tooMany = ["snapshot", "delete", "--request-id", "x", "more"] + ids
        for line in [tooMany, cascade, ["volume"] + cascade.dropFirst()] {
            #expect(throws: (any Error).self) { try Root.parseAsRoot(line) }
        }
    }

    private let cascade = ["snapshot", "delete", "a", "b", "--cascade", "--request-id", "x"]

    @Test func anAnswerThatDoesNotFitIsNoSuccess() async throws {
        #expect(try await delete(FakeChannel([answer([accepted("a")])]), ["a", "b"]) == 1)
    }
}
