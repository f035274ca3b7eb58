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
        #expect(lines == ["holdpoint: x: a\u{fffd}b\u{fffd}[2J"])
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
