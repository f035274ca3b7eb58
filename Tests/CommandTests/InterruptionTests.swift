import Dispatch
import HoldpointClient
import Testing

/// Ctrl-C while the server works: nothing is cancelled there, and how to go on is told.
@Suite(.timeLimit(.minutes(5))) struct InterruptionTests {
    private let isReached = DispatchSemaphore(value: 0)

    /// Signals that a call has come, and never answers it.
    private func hang<Answer>() async throws -> Answer {
        isReached.signal()
        while true { try await Task.sleep(for: .seconds(60)) }
    }

    @Test func beforeTheAnswerTheSameCallCanBeMadeAgain() async throws {
        let created = Requests<CreateVolumeRequest>()
        try await withCommand { router in
            router.unary(VolumeServiceMethods.createVolume) { request, _ -> VolumeAnswer in
                created.add(request)
                return try await hang()
            }
        } _: { command in
            let ended = try await command.interrupt(
                "volume", "create", "data-1", "--size", "8MiB", when: isReached)
            let request = try #require(created.all.first)
            #expect(ended.code == 130)
            #expect(ended.error.contains("interrupted before the server answered"))
            #expect(
                ended.error.contains("holdpoint volume create data-1 --size 8MiB --request-id \(request.requestID)"))
        }
    }

    @Test func anOperationGoesOnAndCanBeWaitedFor() async throws {
        let operation = HoldpointMessages.Operation(id: "op-abcdefghijkl", kind: "CREATE_VOLUME", state: .running)
        try await withCommand { router in
            router.unary(VolumeServiceMethods.createVolume) { _, _ in VolumeAnswer(operation: operation) }
            router.unary(OperationServiceMethods.waitOperation) { _, _ -> HoldpointMessages.Operation in
                try await hang()
            }
        } _: { command in
            let ended = try await command.interrupt(
                "volume", "create", "data-1", "--size", "8MiB", "-o", "json", when: isReached)
            #expect(ended.code == 130)
            #expect(ended.error.split(separator: "\n").count == 1 && ended.error.hasPrefix("{"))
            #expect(ended.error.contains("interrupted; operation op-abcdefghijkl goes on"))
            #expect(ended.error.contains("holdpoint operation wait op-abcdefghijkl"))
        }
    }

    /// A read has begun nothing: there is nothing to say.
    @Test func aReadEndsWithoutAWord() async throws {
        try await withCommand { router in
            router.unary(VolumeServiceMethods.getVolume) { _, _ -> Volume in try await hang() }
        } _: { command in
            let ended = try await command.interrupt("volume", "show", "data-1", when: isReached)
            #expect(ended.code == 130 && ended.error.isEmpty)
        }
    }
}
