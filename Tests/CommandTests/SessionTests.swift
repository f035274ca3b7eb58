import ArgumentParser
import HoldpointClient
import Testing

@testable import HoldpointCommand

@Suite struct ChangeTests {
    private let accepted = VolumeAnswer(volume: Volume(id: "vol-1"), operation: Operation(id: "op-1", state: .running))

    private func resize(_ session: Session) async throws {
        try await session.change(ResizeVolumeRequest(volume: "data-1", sizeBytes: 1 << 20)) {
            request, options throws(RPCError) in
            try await session.client.volumes.resizeVolume(request, options: options)
        }
    }

    @Test func waitsAndThenShowsTheResource() async throws {
        let channel = FakeChannel([
            FakeChannel.answer(accepted), FakeChannel.answer(Operation(id: "op-1", state: .succeeded)),
            FakeChannel.answer(Volume(id: "vol-1", state: .available)),
        ])
        try await resize(try session(channel))
        #expect(channel.methods == ["ResizeVolume", "WaitOperation", "GetVolume"])
        #expect(try !channel.request(0, as: ResizeVolumeRequest.self).requestID.isEmpty)
    }

    @Test func doesNotWaitWhenToldSo() async throws {
        let channel = FakeChannel([FakeChannel.answer(accepted)])
        try await resize(try session(channel, ["--no-wait"]))
        #expect(channel.methods == ["ResizeVolume"])
    }

    @Test func passesRequestIDAndDryRunOn() async throws {
        let channel = FakeChannel([FakeChannel.answer(VolumeAnswer(volume: Volume(id: "vol-1")))])
        try await resize(try session(channel, ["--request-id", "mine", "--dry-run"]))
        let request: ResizeVolumeRequest = try channel.request(0)
        #expect(request.requestID == "mine" && request.validateOnly)
    }

    @Test func anOperationThatFailedIsSeven() async throws {
        let error = Status(code: .resourceExhausted, message: "full", reason: "STORAGE_FULL")
        let channel = FakeChannel([
            FakeChannel.answer(accepted), FakeChannel.answer(Operation(id: "op-1", state: .failed, error: error)),
        ])
        let session = try session(channel)
        let failure = await #expect(throws: CommandFailure.self) { try await resize(session) }
        #expect(failure?.exit == .operationFailed)
        #expect(failure?.status.reason == "STORAGE_FULL")
    }

    @Test func anUnknownOutcomeNamesTheRequestIDToAskAgainWith() async throws {
        let channel = FakeChannel([FakeChannel.fail(.deadlineExceeded)])
        let session = try session(channel, ["--request-id", "mine"])
        let failure = await #expect(throws: CommandFailure.self) { try await resize(session) }
        #expect(failure?.exit == .outcomeUnknown)
        #expect(failure?.status.remedies.last?.command.hasSuffix("--request-id mine") == true)
    }

    @Test func theEndOfTheWaitingNamesTheOperationToWaitFor() async throws {
        let running = FakeChannel.answer(Operation(id: "op-1", state: .running))
        let channel = FakeChannel([FakeChannel.answer(accepted)] + Array(repeating: running, count: 100_000))
        let session = try session(channel, ["--wait-timeout", "20ms"])
        let failure = await #expect(throws: CommandFailure.self) { try await resize(session) }
        #expect(failure?.exit == .outcomeUnknown)
        #expect(failure?.status.operationID == "op-1")
        #expect(failure?.status.remedies.last?.command == "holdpoint operation wait op-1")
    }

    @Test func refusalsAreFour() async throws {
        let channel = FakeChannel([FakeChannel.fail(.aborted, reason: "RESOURCE_BUSY", operationID: "op-2")])
        let session = try session(channel)
        let failure = await #expect(throws: CommandFailure.self) { try await resize(session) }
        #expect(failure?.exit == .refused)
    }
}

@Suite struct IfAbsentTests {
    /// The server decides: asked for in the request itself, and nobody looks before.
    @Test(arguments: [false, true])
    func itIsAskedOfTheServer(isAsked: Bool) async throws {
        let channel = FakeChannel([FakeChannel.answer(VolumeAnswer(volume: Volume(id: "vol-2")))])
        let session = try session(channel, isAsked ? ["--if-absent"] : [])
        let fields = try CreateOptions.parse(["data-1", "--description", "x"])
        try await session.create(CreateVolumeRequest(volume: fields.resource())) { request, options throws(RPCError) in
            try await session.client.volumes.createVolume(request, options: options)
        }
        #expect(channel.methods == ["CreateVolume"])
        #expect(try channel.request(0, as: CreateVolumeRequest.self).ifAbsent == isAsked)
    }

    /// One that somebody else is making is waited for, as if it were one's own.
    @Test func oneThatIsBeingMadeIsWaitedFor() async throws {
        let making = VolumeAnswer(
            volume: Volume(id: "vol-2", state: .creating), operation: Operation(id: "op-1", state: .running))
        let channel = FakeChannel([
            FakeChannel.answer(making), FakeChannel.answer(Operation(id: "op-1", state: .succeeded)),
            FakeChannel.answer(Volume(id: "vol-2", state: .available)),
        ])
        let session = try session(channel, ["--if-absent"])
        try await session.create(CreateVolumeRequest(volume: Volume(name: "data-1"))) {
            request, options throws(RPCError) in
            try await session.client.volumes.createVolume(request, options: options)
        }
        #expect(channel.methods == ["CreateVolume", "WaitOperation", "GetVolume"])
    }
}

@Suite struct ConsentTests {
    private func consent(_ arguments: [String], _ session: Session) async throws -> Consent? {
        try await session.consent(try ConsentOptions.parse(arguments)) {
            Issue.record("nobody is to be asked")
            return []
        }
    }

    @Test func comesFromTheOptionsInScripts() async throws {
        let session = try session(FakeChannel([]))
        let path = try temporaryFile("secret\nnot this\n")
        defer { remove(path) }
        #expect(
            try await consent(["--yes", "--password-file", path], session)
                == Consent(acknowledged: true, password: "secret"))
    }

    @Test func takesThePasswordFileFromTheEnvironment() async throws {
        let path = try temporaryFile("secret")
        defer { remove(path) }
        let session = try session(FakeChannel([]), environment: [Session.passwordVariable: path])
        #expect(try await consent(["--yes"], session)?.password == "secret")
    }

    @Test(arguments: [[], ["--yes"], ["--password-file", "/dev/null"]])
    func namesTheOptionsWhereNobodyCanBeAsked(_ arguments: [String]) async throws {
        let session = try session(FakeChannel([]))
        let error = await #expect(throws: ValidationError.self) { try await consent(arguments, session) }
        let message = try #require(error?.message)
        #expect(
            message.contains("--yes") && message.contains("--password-file")
                && message.contains("HOLDPOINT_PASSWORD_FILE"))
        #expect(CommandFailure("x", ValidationError(message)).exit == .usage)
    }

    @Test func anEmptyPasswordFileIsNoConsent() async throws {
        let session = try session(FakeChannel([]))
        await #expect(throws: ValidationError.self) {
            try await consent(["--yes", "--password-file", "/dev/null"], session)
        }
    }

    @Test func aDryRunDestroysNothingAndNeedsNone() async throws {
        #expect(try await consent([], try session(FakeChannel([]), ["--dry-run"])) == nil)
    }
}

@Suite struct DeletionTests {
    @Test func failuresAreCollectedAndTheFirstDecides() throws {
        var results = DeletionResults(session: try session(FakeChannel([])), isSingle: false)
        try results.succeed(DeletionResult(subject: "volume a", operation: nil, warnings: [], isDryRun: false))
        results.fail(CommandFailure("volume delete b", Status(code: .notFound, message: "test")))
        results.fail(CommandFailure("volume delete c", Status(code: .failedPrecondition, message: "test")))
        let reported = #expect(throws: ReportedFailure.self) { try results.end() }
        #expect(reported?.exit == .notFound)
    }

    @Test func resultsAreALineEach() throws {
        let running = DeletionResult(
            subject: "volume a", operation: Operation(id: "op-1", state: .running), warnings: [], isDryRun: false)
        #expect(running.line == "volume a is being deleted: op-1")
        let gone = DeletionResult(subject: "volume a", operation: nil, warnings: [], isDryRun: false)
        #expect(gone.line == "volume a does not exist")
        #expect(try gone.tree.compact == #"{"warnings":[]}"#)
        #expect(try running.tree["id"] == .string("op-1"))
    }

    @Test func waitsForTheOperation() async throws {
        let channel = FakeChannel([FakeChannel.answer(Operation(id: "op-1", state: .succeeded))])
        let answer = DeleteAnswer(operation: Operation(id: "op-1", state: .running))
        let result = try await session(channel).deleted("volume a", answer)
        #expect(result.line == "volume a deleted")
        #expect(channel.methods == ["WaitOperation"])
    }
}
