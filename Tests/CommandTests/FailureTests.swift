import ArgumentParser
import HoldpointClient
import Testing

@testable import HoldpointCommand

@Suite struct ExitStatusTests {
    @Test(
        arguments: [
            (.ok, 0), (.`internal`, 1), (.unknown, 1), (.unimplemented, 1), (.unrecognized(99), 1),
            (.invalidArgument, 2),
            (.outOfRange, 2), (.notFound, 3), (.failedPrecondition, 4), (.aborted, 4), (.alreadyExists, 4),
            (.unauthenticated, 5), (.permissionDenied, 5), (.unavailable, 6), (.dataLoss, 7), (.resourceExhausted, 8),
            (.deadlineExceeded, 9), (.cancelled, 9),
        ] as [(Status.Code, Int32)])
    func followsTheTable(_ code: Status.Code, _ exit: Int32) {
        #expect(ExitStatus(Status(code: code)).rawValue == exit)
    }

    @Test func coversEveryCode() {
        #expect(Status.Code.allCases.count == 17)
    }

    @Test func reasonsChangeNothing() {
        for reason in ["RESOURCE_BUSY", "QUOTA_EXCEEDED", "CONSENT_REQUIRED", "ADMIN_REQUIRED"] {
            #expect(ExitStatus(Status(code: .notFound, reason: reason)) == .notFound)
        }
    }

    @Test func aConnectionLostAfterSendingIsAnUnknownOutcome() {
        #expect(ExitStatus(Status(code: .unknown, reason: RPCReason.outcomeUnknown)) == .outcomeUnknown)
    }

    /// A call that only reads has no outcome.
    @Test func aReadThatGotNoAnswerWasNotDone() {
        let read = CommandFailure("volume list", RPCError.outcomeUnknown as any Error)
        #expect(read.exit == .unavailable && read.status.code == .unavailable && read.status.reason.isEmpty)
        #expect(read.status.message.contains("nothing was to be changed"))
        let change = CommandFailure(changing: "volume create data-1", .outcomeUnknown)
        #expect(change.exit == .outcomeUnknown && change.status.reason == RPCReason.outcomeUnknown)
    }

    @Test func aFailureIsNeverASuccess() {
        #expect(CommandFailure("x", Status(code: .ok)).exit == .internalFailure)
        let operation = Operation(id: "op-1", state: .failed, error: Status(code: .ok))
        #expect(CommandFailure("x", ended: operation).exit == .operationFailed)
        #expect(CommandFailure("x", ended: operation).status.code == .unknown)
    }

    @Test(arguments: [Operation.State.failed, .stuck, .cancelled])
    func anOperationThatFailedIsSevenWhateverItsError(_ state: Operation.State) {
        let error = Status(code: .failedPrecondition, message: "no", reason: "VOLUME_ATTACHED")
        let failure = CommandFailure("x", ended: Operation(id: "op-1", state: state, error: error))
        #expect(failure.exit.rawValue == 7)
        #expect(failure.status.operationID == "op-1")
        #expect(failure.status.reason == "VOLUME_ATTACHED")
    }
}

@Suite struct FailureTextTests {
    private let refusal = Status(
        code: .failedPrecondition, message: "it has 2 snapshots", reason: "VOLUME_HAS_SNAPSHOTS",
        blockers: [
            Blocker(kind: "snapshot", id: "vsnap-1", name: "before", reason: "VOLUME_HAS_SNAPSHOTS"),
            Blocker(kind: "client", id: "unix:7", reason: "VOLUME_HAS_CLIENTS"),
        ],
        remedies: [
            Remedy(
                description: "delete it", method: "m", requestJson: "{}", command: "holdpoint snapshot delete vsnap-1"),
            Remedy(command: "holdpoint volume detach vol-1"), Remedy(description: "ask an administrator"),
        ])

    @Test func printsALineABlockerAndALineARemedy() {
        #expect(
            FailureText.lines(CommandFailure("volume delete data-1", refusal)) == [
                "holdpoint: volume delete data-1: it has 2 snapshots (VOLUME_HAS_SNAPSHOTS)",
                "  blocked by snapshot vsnap-1 \"before\": VOLUME_HAS_SNAPSHOTS",
                "  blocked by client unix:7: VOLUME_HAS_CLIENTS",
                "  holdpoint snapshot delete vsnap-1  # delete it",
                "  holdpoint volume detach vol-1",
                "  # ask an administrator",
            ])
    }

    @Test func printsFieldViolationsAndAnEmptyMessage() {
        let status = Status(
            code: .invalidArgument, fieldViolations: [FieldViolation(field: "volume.name", description: "too short")])
        #expect(
            FailureText.lines(CommandFailure("volume create x", status)) == [
                "holdpoint: volume create x: INVALID_ARGUMENT; volume.name: too short"
            ])
    }

    @Test func isOneLineWhateverAServerSends() {
        let lines = FailureText.lines(CommandFailure("x", Status(code: .notFound, message: "a\nb\u{1b}[2J")))
        #expect(lines == ["holdpoint: x: a\\u{a}b\\u{1b}[2J"])
    }

    @Test func isOneJSONObjectWithTheFieldsThatScriptsRelyOn() throws {
        let text = FailureText.json(CommandFailure("volume delete data-1", refusal))
        #expect(!text.contains("\n"))
        let tree = try JSONReader.read(text)
        #expect(tree["code"] == .string("FAILED_PRECONDITION"))
        for name in [
            "code", "reason", "message", "blockers", "remedies", "fieldViolations", "operationId", "retryAfterMs",
        ] {
            #expect(tree[name] != nil, "\(name)")
        }
        guard case .array(let blockers) = tree["blockers"] else {
            Issue.record("no blockers")
            return
        }
        #expect(
            blockers[0].compact
                == #"{"kind":"snapshot","id":"vsnap-1","name":"before","reason":"VOLUME_HAS_SNAPSHOTS"}"#)
    }

    @Test func otherErrorsHaveACodeToo() {
        #expect(CommandFailure("x", ValidationError("bad")).exit == .usage)
        #expect(CommandFailure("x", RPCError(.unavailable, "away")).exit == .unavailable)
        #expect(CommandFailure("x", CancellationError()).exit == .internalFailure)
    }

    @Test func remediesCanBeRunAsTheyStand() {
        #expect(
            Process.commandLine(["volume", "create", "a b", "it's", ""])
                == #"holdpoint volume create 'a b' 'it'\''s' ''"#)
        #expect(Process.commandLine(["x", "$HOME", "a;b"]) == "holdpoint x '$HOME' 'a;b'")
    }

    @Test func knowsTheFormBeforeArgumentsAreUnderstood() {
        #expect(FailureReport.wantsJSON(["-o", "json", "bogus"], environment: [:]))
        #expect(FailureReport.wantsJSON(["bogus", "--output=json"], environment: [:]))
        #expect(FailureReport.wantsJSON(["x"], environment: ["HOLDPOINT_OUTPUT": "json"]))
        #expect(!FailureReport.wantsJSON(["-o", "json", "-o", "name"], environment: [:]))
        #expect(!FailureReport.wantsJSON(["x", "-o"], environment: [:]))
    }
}

@Suite struct FailureSummaryTests {
    private func refusal(_ snapshotCount: Int, _ more: [Blocker] = []) -> CommandFailure {
        let snapshots = (1...snapshotCount).map {
            Blocker(kind: "snapshot", id: "vsnap-\($0)", name: "day-\($0)", reason: "VOLUME_HAS_SNAPSHOTS")
        }
        let status = Status(
            code: .failedPrecondition, message: "it has snapshots", reason: "VOLUME_HAS_SNAPSHOTS",
            blockers: snapshots + more,
            remedies: snapshots.map { Remedy(command: "holdpoint snapshot delete \($0.id)") })
        var failure = CommandFailure("volume delete data-1", status)
        failure.cascade = Cascading(noun: "volume", "data-1", PlanScope(), clearing: status.blockers)
        return failure
    }

    @Test func manyBlockersAreSummedUpAndTheCascadeComesFirst() {
        let attached = Blocker(kind: "volume", id: "vol-1", name: "data-1", reason: "VOLUME_ATTACHED")
        #expect(
            FailureText.lines(refusal(108, [attached])) == [
                "holdpoint: volume delete data-1: it has snapshots (VOLUME_HAS_SNAPSHOTS)",
                "  blocked by 108 snapshots, \"day-1\", \"day-2\" and 106 more: VOLUME_HAS_SNAPSHOTS",
                "  blocked by volume \"data-1\": VOLUME_ATTACHED",
                "  holdpoint volume delete data-1 --cascade  # deletes all of it, after consent",
                "  holdpoint plan delete data-1  # shows it first",
            ])
    }

    @Test func upToEightEachHasItsLine() {
        #expect(FailureText.lines(refusal(8)).count == 1 + 8 + 8)
        #expect(FailureText.lines(refusal(9)).count < 6)
    }

    /// A cascade leaves alone what is protected: it is no way out.
    @Test func whatACascadeDoesNotClearKeepsTheSingleLines() {
        let protected = Blocker(kind: "snapshot", id: "vsnap-0", name: "kept", reason: "DELETION_PROTECTED")
        let lines = FailureText.lines(refusal(20, [protected]))
        #expect(!lines.contains { $0.contains("--cascade") })
        #expect(lines.contains("  blocked by snapshot \"kept\": DELETION_PROTECTED"))
        #expect(lines.count == 1 + 2 + 8 + 1 && lines.last == "  # and 12 more: -o json has them all")
    }

    @Test func theJSONHasEveryOne() throws {
        let json = FailureText.json(refusal(108))
        #expect(json.contains("vsnap-108") && json.contains("snapshot delete vsnap-77"))
    }

    @Test func namesWithSpacesAreQuotedForTheShell() {
        let blocker = Blocker(kind: "server-snapshot", id: "ssnap-1", reason: "SNAPSHOT_OWNED_BY_SERVER_SNAPSHOT")
        let cascade = Cascading(noun: "snapshot", "snapshot for x", PlanScope(force: true), clearing: [blocker])
        #expect(cascade?.line == "holdpoint snapshot delete 'snapshot for x' --cascade --force")
    }
}
