import HoldpointClient
import Testing

@testable import HoldpointCommand

@Suite struct GraphTests {
    private let inventory = Inventory(
        servers: [Server(id: "srv-1", name: "web-1", state: .running)],
        volumes: [
            Volume(id: "vol-2", name: "logs", state: .inUse, sizeBytes: 1 << 20, serverID: "srv-1", slot: 1),
            Volume(
                id: "vol-1", name: "data-1", state: .inUse, deletionProtection: true, operationID: "op-1",
                sizeBytes: 1 << 30, serverID: "srv-1", slot: 0),
            Volume(id: "vol-3", name: "copy", state: .available, sizeBytes: 1 << 30, sourceSnapshotID: "vsnap-1"),
            Volume(id: "vol-4", name: "old-copy", state: .available, sourceSnapshotID: "vsnap-0"),
        ],
        snapshots: [
            VolumeSnapshot(
                id: "vsnap-1", name: "snapshot for nightly", state: .available, volumeID: "vol-1",
                volumeName: "data-1", serverSnapshotID: "ssnap-1", serverSnapshotName: "nightly"),
            VolumeSnapshot(
                id: "vsnap-2", name: "by-hand", state: .errorDeleting,
                failure: Failure(step: "unlink", reason: "ENGINE_FAILED", resolvableBy: .administrator),
                volumeID: "vol-3", volumeName: "copy"),
        ],
        serverSnapshots: [
            ServerSnapshot(
                id: "ssnap-1", name: "nightly", state: .available, serverID: "srv-1", serverName: "web-1",
                memberIDs: ["vsnap-1"])
        ])

    @Test func showsWhatHoldsWhatAndWhatIsTheMatter() {
        let lines = TextTree(Graph(inventory).forest).lines(.ascii)
        #expect(
            lines == [
                "server web-1 (srv-1) RUNNING",
                "|-- slot 0: volume data-1 (vol-1) IN_USE, 1 GiB, BUSY: op-1, PROTECTED",
                "|   `-- snapshot \"snapshot for nightly\" (vsnap-1) AVAILABLE, "
                    + "part of server-snapshot nightly (ssnap-1)",
                "|       `-- made from it: volume copy (vol-3) AVAILABLE",
                "`-- slot 1: volume logs (vol-2) IN_USE, 1 MiB",
                "volume copy (vol-3) AVAILABLE, 1 GiB, made from snapshot for nightly (vsnap-1)",
                "`-- snapshot by-hand (vsnap-2) ERROR_DELETING, FAILED: ENGINE_FAILED",
                "volume old-copy (vol-4) AVAILABLE, 0 B, made from vsnap-0, which is gone",
                "server-snapshot nightly (ssnap-1) AVAILABLE, of server web-1 (srv-1)",
                "`-- member: snapshot \"snapshot for nightly\" (vsnap-1) AVAILABLE, of volume data-1 (vol-1)",
            ])
    }

    @Test func showsThePartAroundOne() {
        let around = Graph(inventory).forest.compactMap { $0.around("vol-3") }
        #expect(
            TextTree(around).lines(.ascii).map { $0.prefix(40).description } == [
                "server web-1 (srv-1) RUNNING",
                "`-- slot 0: volume data-1 (vol-1) IN_USE",
                "    `-- snapshot \"snapshot for nightly\" ",
                "        `-- made from it: volume copy (v",
                "volume copy (vol-3) AVAILABLE, 1 GiB, ma",
                "`-- snapshot by-hand (vsnap-2) ERROR_DEL",
            ])
    }

    @Test func asJSONItIsNested() throws {
        let text = GraphWord.text(Graph(inventory).forest, .json, .ascii)
        guard case .array(let roots) = try JSONReader.read(text) else {
            Issue.record("no array")
            return
        }
        #expect(roots.map { $0["id"] } == [.string("srv-1"), .string("vol-3"), .string("vol-4"), .string("ssnap-1")])
        #expect(
            roots[1].compact
                == #"{"kind":"volume","id":"vol-3","name":"copy","state":"AVAILABLE","holds":["#
                + #"{"kind":"snapshot","id":"vsnap-2","name":"by-hand","state":"ERROR_DELETING","holds":[]}]}"#)
    }

    @Test func namesAreEveryIDOnce() {
        #expect(
            GraphWord.text(Graph(inventory).forest, .name, .ascii)
                == "srv-1\nvol-1\nvsnap-1\nvol-3\nvol-2\nvsnap-2\nvol-4\nssnap-1\n")
    }

    @Test func findsOneByIDOrUniqueName() throws {
        #expect(try GraphWord.only(inventory.candidates("vol-1"), "vol-1") == "vol-1")
        #expect(try GraphWord.only(inventory.candidates("nightly"), "nightly") == "ssnap-1")
        #expect(throws: RPCError.self) { try GraphWord.only(inventory.candidates("bogus"), "bogus") }
        var twice = inventory
        twice.servers.append(Server(id: "srv-9", name: "copy"))
        let error = #expect(throws: RPCError.self) { try GraphWord.only(twice.candidates("copy"), "copy") }
        #expect(error?.status.blockers.map(\.id) == ["srv-9", "vol-3"])
        #expect(CommandFailure("graph copy", try #require(error)).exit == .usage)
    }

    @Test func goesThroughAllPages() async throws {
        let channel = FakeChannel([
            FakeChannel.answer(ListServersResponse(servers: inventory.servers, nextPageToken: "2")),
            FakeChannel.answer(ListServersResponse(servers: [Server(id: "srv-2")])),
            FakeChannel.answer(ListVolumesResponse(volumes: inventory.volumes)),
            FakeChannel.answer(ListSnapshotsResponse(snapshots: inventory.snapshots)),
            FakeChannel.answer(ListServerSnapshotsResponse(serverSnapshots: inventory.serverSnapshots)),
        ])
        let all = try await session(channel).inventory()
        #expect(all.servers.map(\.id) == ["srv-1", "srv-2"] && all.volumes.count == 4)
        #expect(try channel.request(1, as: ListServersRequest.self).pageToken == "2")
    }
}

@Suite struct FailurePresentationTests {
    private let failed = Volume(
        id: "vol-1", name: "data-1", state: .errorDeleting,
        failure: Failure(
            step: "unlink", reason: "ENGINE_FAILED", message: "disk error", attempts: 5, resolvableBy: .administrator),
        snapshotCount: 3)
    private let printer = Printer(format: .table, colored: false)

    @Test func isShownWithWhoCanResolveItAndHow() throws {
        let text = try printer.text(failed) { .null }
        #expect(text.contains("failure     step unlink failed after 5 attempts: disk error (ENGINE_FAILED)\n"))
        #expect(text.contains("to resolve  an administrator: holdpoint admin resolve vol-1 --retry\n"))
        var volume = failed
        volume.failure?.resolvableBy = .user
        #expect(try printer.text(volume) { .null }.contains("to resolve  whoever may change it: try again\n"))
    }

    @Test func listsMarkIt() throws {
        #expect(try printer.text(list: [failed]).contains("ERROR_DELETING (failed: ENGINE_FAILED)  "))
    }

    @Test func aVolumeSaysHowItsSnapshotsAreListed() throws {
        #expect(try printer.text(failed) { .null }.contains("snapshots   3: holdpoint snapshot list --volume vol-1\n"))
    }

    @Test func aStuckOperationSaysHowItGoesOn() throws {
        let consent = StandingConsent(principal: "admin", source: "unix:0", allows: "EXECUTE_PLAN vol-1")
        let operation = Operation(id: "op-1", state: .stuck, standingConsent: consent)
        let text = try printer.text(operation) { .null }
        #expect(text.contains("an administrator: holdpoint admin resolve op-1 --retry\n"))
        #expect(text.contains("EXECUTE_PLAN vol-1, given by admin at unix:0\n"))
    }
}
