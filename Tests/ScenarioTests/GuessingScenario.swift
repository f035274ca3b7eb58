import Foundation
import HoldpointClient
import HoldpointRPCTransport
import Testing

@Suite struct GuessingScenario {
    /// Ten wrong passwords: the later ones take longer, nobody else notices, and the right one works afterwards.
    @Test func guessingGetsSlowerAndCostsNobodyElse() async throws {
        try await World.with(.binaries) { world in
            _ = try await world.makeVolume("data-1")
            let socket = world.directory + "/socket"
            let others = Task { try await Self.latencies(of: HoldpointClient(endpoint: .unix(path: socket))) }
            let sameConnection = Task { try await Self.latencies(of: world.client, closes: false) }
            defer { [others, sameConnection].forEach { $0.cancel() } }

            // Each answer tells how much later the next password is looked at.
            var (starts, ends) = ([ContinuousClock.Instant](), [ContinuousClock.Instant]())
            var delays: [Duration] = []
            for number in 1...10 {
                starts.append(.now)
                let status = try await refusal { try await delete(world, "guess number \(number)") }
                ends.append(.now)
                delays.append(.milliseconds(Int(status.retryAfterMs)))
                #expect(status.reason == "CONSENT_INVALID")
            }
            let times = zip(starts, ends).map { $0.duration(to: $1) }
            #expect(delays == [0, 0, 0, 0, 250, 500, 1_000, 2_000, 4_000, 8_000].map { .milliseconds($0) })
            // The failure that the delay counts from came after its attempt began, however slow the machine is.
            for number in 1..<10 {
                #expect(starts[number - 1].duration(to: ends[number]) >= delays[number - 1], "\(times)")
            }
            let fastest = try #require(times.prefix(5).min())
            #expect(times[9] > fastest, "\(times)")

            // While one waits, another one is refused at once, however right it is.
            let right = Task { try await delete(world, world.password) }
            try await Task.sleep(for: .seconds(1))
            let start = ContinuousClock.now
            let status = try await refusal { try await delete(world, world.password) }
            #expect(status.reason == "CONSENT_INVALID" && status.retryAfterMs > 0)
            #expect(status.message.contains("try again in"))
            #expect(start.duration(to: .now) < times[9])
            try await world.settled(try await right.value)

            for latencies in [others, sameConnection] {
                latencies.cancel()
                let sorted = try await latencies.value.sorted()
                let median = try #require(sorted.isEmpty ? nil : sorted[sorted.count / 2])
                print("median of \(sorted.count) calls beside the guesses: \(median); guesses: \(times)")
                // Beside hundreds of other tests a call takes its time, too; one that waited for a guess takes seconds.
                #expect(median * 4 < times[9], "\(median) of \(sorted.count)")
            }
        }
    }

    /// Many at once are no more guesses than one after the other, and a right one among right ones is not held up.
    @Test func manyRightOnesAtOnceAllPass() async throws {
        try await World.with(.binaries) { world in
            let names = (1...20).map { "data-\($0)" }
            for name in names { _ = try await world.makeVolume(name) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for name in names { group.addTask { try await world.deleteVolume(name) } }
                try await group.waitForAll()
            }
        }
    }

    private func delete(_ world: World, _ password: String) async throws -> HoldpointMessages.Operation? {
        try await world.client.volumes.deleteVolume(
            DeleteVolumeRequest(
                requestID: world.newID(), volume: "data-1", consent: Consent(acknowledged: true, password: password))
        ).operation
    }

    /// How long calls take, one after the other, until the task is cancelled.
    private static func latencies(of client: HoldpointClient, closes: Bool = true) async throws -> [Duration] {
        var latencies: [Duration] = []
        while !Task.isCancelled {
            let start = ContinuousClock.now
            do {
                _ = try await client.admin.getStatus(GetStatusRequest())
            } catch {
                if Task.isCancelled { break }
                throw error
            }
            latencies.append(start.duration(to: .now))
            try? await Task.sleep(for: .milliseconds(5))
        }
        if closes { await client.close() }
        return latencies
    }
}
