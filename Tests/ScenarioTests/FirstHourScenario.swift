import Engine
import HoldpointClient
import HoldpointMessages
import Testing

/// What a new user types in the first hour, and what the command answers.
@Suite struct FirstHourScenario {
    /// No answer is longer than half a screen.
    private static let screenfulLineCount = 12

    private func expectAnswer(
        _ ended: CommandWorld.Ended, code: Int32, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(ended.code == code, "\(ended.error)", sourceLocation: sourceLocation)
        for part in parts {
            #expect(ended.error.contains(part), "\(part) is not in \(ended.error)", sourceLocation: sourceLocation)
        }
        let lines = ended.error.split(separator: "\n")
        #expect(lines.count <= Self.screenfulLineCount, "\(ended.error)", sourceLocation: sourceLocation)
    }

    /// A hundred snapshots, half of them a server snapshot's.
    @Test func aBlockedDeletionFitsAScreen() async throws {
        try await CommandWorld.with { command in
            let world = command.world
            _ = try await world.makeChain()
            for number in 0..<90 { _ = try await world.takeSnapshot("day-\(number)", of: "data-1") }
            let ended = try await command.run(["volume", "delete", "data-1"], consents: true)
            expectAnswer(
                ended, code: 4, "VOLUME_HAS_SNAPSHOTS", "and 90 more", "  holdpoint volume delete data-1 --cascade",
                "  holdpoint plan delete data-1")
            let json = try await command.run(["volume", "delete", "data-1", "-ojson"], consents: true)
            #expect(json.error.split(separator: "\n").count == 1 && json.error.contains("day-89"))
            // The line that is printed does it.
            #expect(try await command.run(["volume", "delete", "data-1", "--cascade"], consents: true).code == 0)
            #expect(try await world.client.volumes.listVolumes(.init()).volumes.isEmpty)
        }
    }

    @Test func namesSizesAndFiltersThatCannotBe() async throws {
        try await CommandWorld.with { command in
            _ = try await command.world.makeVolume("data-1")
            expectAnswer(
                try await command.run(["volume", "create", "data-1", "--size", "1G"]), code: 4, "NAME_TAKEN",
                "blocked by volume vol-")
            expectAnswer(
                try await command.run(["volume", "create", "data-2", "--size", "10GB"]), code: 2, "as 10GiB")
            let filter = try await command.run(["volume", "list", "--filter", "state = BOGUS"])
            expectAnswer(filter, code: 2, "AVAILABLE, ATTACHING, IN_USE")
            expectAnswer(
                try await command.run(["volume", "list", "--filter", "stat = AVAILABLE"]), code: 2, "there are ")
            let large = try await command.run(["volume", "ls", "--filter", "size_bytes >= 8MiB", "-oname"])
            #expect(large.code == 0 && large.output.hasPrefix("vol-"))
            #expect(try await command.run(["vol", "ls", "--filter", "size_bytes > 8M", "-o", "name"]).output.isEmpty)
        }
    }

    @Test func theURIsOfAStoppedServerAreNotPrinted() async throws {
        try await CommandWorld.with { command in
            let world = command.world
            let server = try await world.makeServer("web-1")
            let first = try await world.makeVolume("data-1", on: "web-1")
            _ = try await world.makeVolume("data-2", on: "web-1")
            let one = try await command.run(["server", "nbd", "web-1", "--volume", "data-1", "--mount-help"])
            let lines = one.output.split(separator: "\n").map(String.init)
            #expect(one.code == 0 && lines.count == 3 && lines[0].contains(first.id))
            #expect(lines[1].contains("qemu-nbd") && lines[2].contains("nbdfuse"))
            _ = try await world.stop("web-1")
            let ended = try await command.run(["server", "nbd", "web-1"])
            expectAnswer(ended, code: 4, "SERVER_NOT_RUNNING", "  holdpoint server start \(server.id)")
            #expect(ended.output.isEmpty)
        }
    }

    /// Asked for once more, it is as it should be; elsewhere it is refused as before.
    @Test func attachingAgainIsDone() async throws {
        try await CommandWorld.with { command in
            let world = command.world
            for name in ["web-1", "web-2"] { _ = try await world.makeServer(name) }
            _ = try await world.makeVolume("data-1", on: "web-1")
            let revision = try await world.client.admin.getStatus(.init()).revision
            #expect(try await command.run(["volume", "attach", "data-1", "--server", "web-1"]).code == 0)
            #expect(try await world.client.admin.getStatus(.init()).revision == revision)
            expectAnswer(
                try await command.run(["volume", "attach", "data-1", "--server", "web-2"]), code: 4, "VOLUME_ATTACHED")
        }
    }

    @Test func labelsAreAddedAndTakenAwayOneByOne() async throws {
        try await CommandWorld.with { command in
            _ = try await command.world.makeVolume("data-1")
            let labels = {
                try await command.world.client.volumes.getVolume(.init(volume: "data-1")).labels
            }
            let update = { (words: [String]) in try await command.run(["volume", "update", "data-1"] + words).code }
            #expect(try await update(["--label", "a=1", "--label", "b=2"]) == 0)
            #expect(try await update(["--label", "c=3", "--label", "a=9"]) == 0)
            #expect(try await labels() == ["a": "9", "b": "2", "c": "3"])
            #expect(try await update(["--remove-label", "b", "--remove-label", "never"]) == 0)
            #expect(try await labels() == ["a": "9", "c": "3"])
            #expect(try await update(["--clear-labels", "--label", "d=4"]) == 0)
            #expect(try await labels() == ["d": "4"])
            #expect(try await update(["--clear-labels"]) == 0)
            #expect(try await labels().isEmpty)
            #expect(try await update([]) == 2)
            #expect(try await update(["--label", "a=1", "--etag", "1"]) == 4)
            // Asked for again with its request id, it is the same change.
            let id = command.world.newID()
            for _ in 0..<2 { #expect(try await update(["--label", "e=5", "--request-id", id]) == 0) }
            #expect(try await labels() == ["e": "5"])
        }
    }

    /// Many at once change different labels: none is lost.
    @Test func labelsOfManyAtOnceAllStay() async throws {
        try await CommandWorld.with { command in
            _ = try await command.world.makeVolume("data-1")
            let codes = try await withThrowingTaskGroup(of: Int32.self) { group in
                for number in 0..<3 {
                    group.addTask {
                        try await command.run(["volume", "update", "data-1", "--label", "k\(number)=v"]).code
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes == [0, 0, 0])
            #expect(try await command.world.client.volumes.getVolume(.init(volume: "data-1")).labels.count == 3)
        }
    }

    @Test func snapshotsAndOperationsAreListedNewestFirst() async throws {
        try await CommandWorld.with { command in
            _ = try await command.world.makeVolume("data-1")
            for name in ["first", "second", "third"] {
                _ = try await command.world.takeSnapshot(name, of: "data-1")
                // Times are of milliseconds.
                try await Task.sleep(for: .milliseconds(2))
            }
            let listed = try await command.run(["snap", "ls", "--no-such-option"])
            #expect(listed.code == 2)
            let names = try await command.run(["snapshot", "list"]).output.split(separator: "\n").dropFirst()
            #expect(names.map { $0.prefix(5) } == ["third", "secon", "first"])
            let operations = try await command.run(["operation", "list"]).output.split(separator: "\n")
            #expect(operations[1].contains("CREATE_SNAPSHOT") && operations.last?.contains("CREATE_VOLUME") == true)
        }
    }
}
