import HoldpointClient
import Synchronization
import Testing

@testable import HoldpointCommand

@Suite struct WaitingTests {
    private let running = Operation(id: "op-1", state: .running)
    private let done = Operation(id: "op-1", state: .succeeded)

    @Test func goesOnOverLostConnectionsAndReportsProgress() async throws {
        let channel = FakeChannel([
            FakeChannel.answer(running), FakeChannel.fail(.unavailable), FakeChannel.fail(.deadlineExceeded),
            FakeChannel.fail(.unknown, reason: RPCReason.outcomeUnknown), FakeChannel.answer(done),
        ])
        let seen = Mutex<[Operation.State]>([])
        let ended = try await HoldpointClient(channel: channel).wait(for: running) { operation in
            seen.withLock { $0.append(operation.state) }
        }
        #expect(ended.state == .succeeded)
        #expect(seen.withLock { $0 } == [.running, .succeeded])
        #expect(channel.methods.count == 5)
    }

    @Test func asksNothingAboutOneThatHasEnded() async throws {
        let channel = FakeChannel([])
        #expect(try await HoldpointClient(channel: channel).wait(for: done) == done)
    }

    @Test func givesUpWithTheOperationsIDWhenTheTimeIsOver() async throws {
        let channel = FakeChannel(Array(repeating: FakeChannel.fail(.unavailable), count: 1_000))
        let error = await #expect(throws: RPCError.self) {
            try await HoldpointClient(channel: channel).wait(for: Operation(id: "op-1"), timeout: .milliseconds(30))
        }
        #expect(error?.code == .deadlineExceeded)
        #expect(error?.status.operationID == "op-1")
    }

    @Test func otherErrorsEndTheWaiting() async throws {
        let channel = FakeChannel([FakeChannel.fail(.notFound)])
        let error = await #expect(throws: RPCError.self) {
            try await HoldpointClient(channel: channel).wait(for: Operation(id: "op-1"))
        }
        #expect(error?.code == .notFound)
    }
}

@Suite struct BusyWaitingTests {
    private func attach(_ client: HoldpointClient) async throws(RPCError) -> VolumeAnswer {
        try await client.waitingWhileBusy { () throws(RPCError) in
            try await client.volumes.attachVolume(AttachVolumeRequest(requestID: "r", volume: "v", server: "s"))
        }
    }

    @Test func waitsForTheOperationThatIsInTheWay() async throws {
        let channel = FakeChannel([
            FakeChannel.fail(.aborted, reason: "RESOURCE_BUSY", operationID: "op-7"),
            FakeChannel.answer(Operation(id: "op-7", state: .failed)),
            FakeChannel.answer(VolumeAnswer(volume: Volume(id: "vol-1"))),
        ])
        #expect(try await attach(HoldpointClient(channel: channel)).volume?.id == "vol-1")
        #expect(channel.methods == ["AttachVolume", "WaitOperation", "AttachVolume"])
        #expect(try channel.request(1, as: WaitOperationRequest.self).operation == "op-7")
        #expect(try channel.request(2, as: AttachVolumeRequest.self).requestID == "r")
    }

    @Test func doesNotWaitForAStuckOneForEver() async throws {
        let busy = FakeChannel.fail(.aborted, reason: "RESOURCE_BUSY", operationID: "op-7")
        let channel = FakeChannel([busy, FakeChannel.answer(Operation(id: "op-7", state: .stuck)), busy])
        let error = await #expect(throws: RPCError.self) { try await attach(HoldpointClient(channel: channel)) }
        #expect(error?.reason == "RESOURCE_BUSY")
    }

    @Test func otherRefusalsAreNotWaitedFor() async throws {
        let channel = FakeChannel([FakeChannel.fail(.failedPrecondition, reason: "VOLUME_ATTACHED")])
        let error = await #expect(throws: RPCError.self) { try await attach(HoldpointClient(channel: channel)) }
        #expect(error?.reason == "VOLUME_ATTACHED")
    }
}

@Suite struct PagingTests {
    private func page(_ names: [String], next: String) -> FakeChannel.Answer {
        FakeChannel.answer(
            ListVolumesResponse(
                volumes: names.map { Volume(name: $0) }, nextPageToken: next, revision: UInt64(names.count)))
    }

    private func listing(_ channel: FakeChannel, limit: Int?) async throws -> Listing<Volume> {
        let client = HoldpointClient(channel: channel)
        return try await client.listing(ListVolumesRequest(filter: "f"), limit: limit) { request throws(RPCError) in
            try await client.volumes.listVolumes(request)
        }
    }

    @Test func readsEveryPage() async throws {
        let channel = FakeChannel([page(["a", "b"], next: "t"), page(["c"], next: "")])
        let all = try await listing(channel, limit: nil)
        #expect(all.items.map(\.name) == ["a", "b", "c"])
        #expect(!all.hasMore && all.revision == 2)
        let second: ListVolumesRequest = try channel.request(1)
        #expect(second.pageToken == "t" && second.filter == "f" && second.pageSize == 1000)
    }

    @Test func stopsAtTheLimit() async throws {
        let channel = FakeChannel([page(["a", "b"], next: "t"), page(["c"], next: "u")])
        let some = try await listing(channel, limit: 3)
        #expect(some.items.count == 3 && some.hasMore)
        #expect(try channel.request(0, as: ListVolumesRequest.self).pageSize == 3)
        #expect(try channel.request(1, as: ListVolumesRequest.self).pageSize == 1)
    }

    /// One page for ever, two by turns, more in a circle: each token is followed once.
    @Test(arguments: [1, 2, 20])
    func doesNotGoInACircle(length: Int) async throws {
        let pages = (0...1_000).map { page(["a"], next: "t\($0 % length)") }
        let channel = FakeChannel(pages)
        let error = await #expect(throws: RPCError.self) { try await listing(channel, limit: nil) }
        #expect(error?.code == .internal && error?.message.contains("again and again") == true)
        #expect(channel.methods.count == length + 1)
    }

    @Test func doesNotAskForEmptyPagesForEver() async throws {
        let channel = FakeChannel((0...1_000).map { page([], next: "t\($0)") })
        let error = await #expect(throws: RPCError.self) { try await listing(channel, limit: nil) }
        #expect(error?.code == .internal && channel.methods.count == 100)
    }

    @Test func someEmptyPagesAreNoEnd() async throws {
        let empty = (0..<99).map { page([], next: "t\($0)") }
        let channel = FakeChannel(empty + [page(["a"], next: "u"), page(["b"], next: "")])
        #expect(try await listing(channel, limit: nil).items.map(\.name) == ["a", "b"])
    }

    @Test func takesNoMoreThanItAskedFor() async throws {
        let some = try await listing(FakeChannel([page(["a", "b", "c"], next: "")]), limit: 2)
        #expect(some.items.map(\.name) == ["a", "b"] && some.hasMore)
    }

    /// What is kept in memory has a limit; what is handed on has none, and stops when it is not wanted.
    @Test func whatIsKeptInMemoryHasALimit() async throws {
        let large = ListVolumesResponse(
            volumes: Array(repeating: Volume(description: String(repeating: "d", count: 1 << 20)), count: 16))
        let pages = (0..<16).map { number in
            var page = large
            page.nextPageToken = "t\(number)"
            return FakeChannel.answer(page)
        }
        let error = await #expect(throws: RPCError.self) { try await listing(FakeChannel(pages), limit: nil) }
        #expect(error?.code == .resourceExhausted)
        let channel = FakeChannel(pages)
        let client = HoldpointClient(channel: channel)
        var count = 0
        let hasMore = try await client.pages(ListVolumesRequest()) { request throws(RPCError) in
            try await client.volumes.listVolumes(request)
        } receive: { items in
            count += items.count
            return count < 160
        }
        #expect(count == 160 && !hasMore && channel.methods.count == 10)
    }
}

@Suite struct WatchingTests {
    private func event(_ sequence: UInt64) -> WatchResponse {
        WatchResponse(item: .event(Event(sequence: sequence, action: "state")))
    }

    @Test func beginsBehindTheLastEventAfterALostConnection() async throws {
        let bookmark = WatchResponse(item: .bookmarkRevision(4))
        let channel = FakeChannel([
            FakeChannel.stream([bookmark, event(5), event(6)]), FakeChannel.fail(.unavailable),
            FakeChannel.stream([event(7)]),
        ])
        var seen: [UInt64] = []
        // On a slow machine the pauses between the streams count, too.
        try await HoldpointClient(channel: channel).watch(from: 4, patience: .seconds(3_600)) { event in
            seen.append(event.sequence)
            return seen.count < 3
        }
        #expect(seen == [5, 6, 7])
        #expect(try channel.request(2, as: WatchRequest.self).start == .fromRevision(6))
    }

    @Test func saysWhenAPositionIsNoLongerKept() async throws {
        let channel = FakeChannel([FakeChannel.fail(.outOfRange, reason: "COMPACTED")])
        let error = await #expect(throws: RPCError.self) {
            try await HoldpointClient(channel: channel).watch(from: 1) { _ in true }
        }
        #expect(error?.reason == "COMPACTED")
    }

    @Test func losesPatienceWithAServerThatIsAway() async throws {
        let channel = FakeChannel(Array(repeating: FakeChannel.fail(.unavailable), count: 1_000))
        let error = await #expect(throws: RPCError.self) {
            try await HoldpointClient(channel: channel).watch(patience: .milliseconds(20)) { _ in true }
        }
        #expect(error?.code == .unavailable)
    }
}

@Suite struct RawCallTests {
    @Test func findsMethodsByFullAndShortNames() throws {
        let method = try #require(RawMethod(named: "VolumeService/GetVolume"))
        #expect(method.name == "holdpoint.v1.VolumeService/GetVolume")
        #expect(RawMethod(named: method.name)?.name == method.name)
        #expect(RawMethod(named: "GetVolume") == nil)
        #expect(RawMethod(named: "") == nil)
        #expect(RawMethod(named: "v1.VolumeService/GetVolume")?.name == method.name)
    }

    @Test func knowsWhichTakeARequestID() {
        #expect(RawMethod(named: "VolumeService/CreateVolume")?.takesRequestID == true)
        #expect(RawMethod(named: "VolumeService/GetVolume")?.takesRequestID == false)
        #expect(RawMethod(named: "EventService/Watch")?.isStreaming == true)
    }

    @Test func callsWithJSON() async throws {
        let channel = FakeChannel([FakeChannel.answer(Volume(id: "vol-1"))])
        let method = try #require(RawMethod(named: "VolumeService/GetVolume"))
        var answers: [String] = []
        try await HoldpointClient(channel: channel).call(method, json: #"{"volume":"x"}"#) { answers.append($0) }
        #expect(try channel.request(0, as: GetVolumeRequest.self).volume == "x")
        #expect(try JSONReader.read(try #require(answers.first))["id"] == .string("vol-1"))
        await #expect(throws: RPCError.self) {
            try await HoldpointClient(channel: channel).call(method, json: #"{"vol":"x"}"#) { _ in }
        }
    }
}

@Suite struct RequestIDTests {
    @Test func areUUIDsOfVersionFour() {
        let ids = Set((0..<1_000).map { _ in HoldpointClient.newRequestID() })
        #expect(ids.count == 1_000)
        for id in ids {
            #expect(id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
        }
    }

    @Test func areMadeOnlyWhereThereIsNone() {
        #expect(AttachVolumeRequest(requestID: "mine").identified().requestID == "mine")
        #expect(!AttachVolumeRequest().identified().requestID.isEmpty)
    }
}
