import Model
import Testing

/// A planted fault, the finding that it must bring, and no other.
@Suite struct ConsistencyCheckTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        let reason: ConsistencyFinding.Reason
        let plant: @Sendable (inout House) -> Void

        init(_ reason: ConsistencyFinding.Reason, _ plant: @escaping @Sendable (inout House) -> Void) {
            self.reason = reason
            self.plant = plant
        }

        var testDescription: String { reason.rawValue }
    }

    static let faults = [
        Fault(.requestWithoutAnswer) { $0.rows.requestsWithoutAnswer = ["some-id"] },
        Fault(.layerMissing) { $0.facts.inventory.layers[House.root] = nil },
        Fault(.layerDamaged) { $0.facts.inventory.layers[House.root]?.isMarkedDamaged = true },
        Fault(.layerDamaged) { house in
            house.facts.inventory.layers[House.root] = nil
            house.facts.inventory.strays = [.file("lay-root.qcow2", layerID: House.root)]
        },
        Fault(.layerDamaged) { house in
            house.facts.inventory.layers[House.root] = nil
            house.facts.inventory.strays = [.link("lay-root.qcow2", layerID: House.root)]
        },
        Fault(.layerUnreadable) { house in
            house.facts.inventory.layers[House.root] = nil
            house.facts.inventory.unread[House.root] = "an I/O error"
        },
        Fault(.layerUnreadable) { $0.facts.inventory.layers[House.root]?.isOpen = nil },
        Fault(.layerChanged) { house in
            house.rows.stamps[House.root] = LayerStamp(byteCount: 9, modificationNanoseconds: 5)
            house.facts.inventory.layers[House.root]?.stamp = LayerStamp(byteCount: 9, modificationNanoseconds: 6)
        },
        Fault(.layerChanged) { house in
            house.rows.stamps[House.root] = LayerStamp(byteCount: 9, modificationNanoseconds: 5)
            house.facts.inventory.layers[House.root]?.stamp = LayerStamp(byteCount: 8, modificationNanoseconds: 5)
        },
        Fault(.orphanedLayer) { $0.addFile(LayerID(stored: "lay-orphan"), on: House.root) },
        Fault(.strayFile) { $0.facts.inventory.strays = [.file("notes.txt", layerID: nil)] },
        Fault(.wrongParent) { $0.facts.inventory.layers[House.top]?.parent = .none },
        Fault(.wrongParent) { $0.facts.inventory.layers[House.top]?.parent = .foreign("/etc/passwd") },
        Fault(.wrongDepth) { $0.rows.layers[House.top]?.depth = 5 },
        Fault(.chainTooDeep) { $0.facts.deepestChain = 1 },
        Fault(.wrongSize) { $0.facts.inventory.layers[House.top]?.size = .gibibyte },
        Fault(.wrongSize) { $0.rows.volumes[0].size = .gibibyte },
        Fault(.layerNotFrozen) { $0.facts.inventory.layers[House.root]?.isWritable = true },
        Fault(.activeLayerFrozen) { $0.facts.inventory.layers[House.top]?.isWritable = false },
        Fault(.activeLayerRestedOn) { $0.add(LayerID(stored: "lay-more"), on: House.top, .frozen) },
        Fault(.wrongLayerState) { house in
            house.rows.layers[House.top]?.state = .frozen
            house.facts.inventory.layers[House.top]?.isWritable = false
        },
        Fault(.memberOfAnotherCut) { house in
            let owner = ServerSnapshotID(stored: "ssnap-all")
            house.rows.serverSnapshots = [
                ServerSnapshot(
                    id: owner, header: House.header("all"), state: .available, serverID: House.serverID,
                    serverName: "web", serverKind: .external, consistency: .crash,
                    cutTime: Timestamp(millisecondsSinceEpoch: 2_000))
            ]
            house.rows.snapshots = [
                house.snapshot(House.snapshotID, "monday", layer: House.root, .available, of: owner)
            ]
        },
        Fault(.transitionWithoutOperation) { house in
            house.rows.volumes.append(
                house.volume(VolumeID(stored: "vol-b"), "b", top: LayerID(stored: "lay-b"), .creating))
            house.add(LayerID(stored: "lay-b"), on: nil, .active)
        },
        Fault(.operationEnded) { $0.rows.snapshots[0].header.operationID = OperationID(stored: "op-ended") },
        Fault(.serverNotServing) { $0.facts.servers[House.serverID] = .notRunning },
        Fault(.serverNotServing) { $0.facts.servers[House.serverID] = .silent("it hangs") },
        Fault(.serverNotServing) { $0.facts.servers[House.serverID] = .serving([:]) },
        Fault(.wrongLayerServed) { $0.facts.servers[House.serverID] = .serving([House.volumeID: House.root]) },
        Fault(.secondWriter) { house in
            house.rows.servers.append(
                Server(
                    id: ServerID(stored: "srv-b"), header: House.header("b"), state: .error, kind: .external,
                    desiredState: .stopped))
            house.facts.servers[ServerID(stored: "srv-b")] = .serving([House.volumeID: House.top])
        },
        Fault(.secondWriter) { house in
            house.add(LayerID(stored: "lay-b"), on: nil, .active)
            house.facts.inventory.layers[LayerID(stored: "lay-b")]?.isOpen = true
            house.rows.volumes.append(
                house.volume(VolumeID(stored: "vol-b"), "b", top: LayerID(stored: "lay-b"), .available))
        },
        Fault(.unknownWriter) { $0.hold(House.top, by: LayerHolder(processID: 7, command: "fio", isWriter: true)) },
        Fault(.unknownReader) { $0.hold(House.root, by: LayerHolder(processID: 7, command: "cp", isWriter: false)) },
        Fault(.unknownWriter) { house in
            // A lock whose holder the operating system hides.
            house.add(LayerID(stored: "lay-b"), on: nil, .active)
            house.facts.inventory.layers[LayerID(stored: "lay-b")]?.isOpen = true
        },
        Fault(.unsafeFolder) { $0.facts.inventory.folderProblems["/layers"] = "it is a link" },
        Fault(.resourceError) { $0.rows.snapshots[0].state = .error },
        Fault(.errorDeleting) { house in
            house.add(LayerID(stored: "lay-b"), on: nil, .frozen)
            house.rows.snapshots.append(
                house.snapshot(SnapshotID(stored: "vsnap-b"), "b", layer: LayerID(stored: "lay-b"), .errorDeleting))
        },
        Fault(.operationStuck) { house in
            var operation = Operation(
                id: OperationID(stored: "op-stuck"), projectID: ProjectID(stored: "prj-a"), type: "EXECUTE_PLAN",
                steps: [], targetIDs: [], requestID: "", principal: "admin", input: "", warnings: [], at: House.now)
            operation.state = .stuck
            house.rows.openOperations.append(operation)
        },
        Fault(.strayProcess) { $0.facts.inventory.processes.insert(ServerID(stored: "srv-unknown")) },
        Fault(.strayProcess) { house in
            house.rows.servers[0].state = .stopped
            house.rows.servers[0].desiredState = .stopped
            house.facts.servers[House.serverID] = .notRunning
        },
    ]

    @Test func nothingIsWrongWithTheHouse() {
        let house = House()
        #expect(ConsistencyCheck(house.rows, house.facts).findings().isEmpty)
    }

    @Test(arguments: faults) func eachFaultIsFoundAlone(_ fault: Fault) {
        var house = House()
        fault.plant(&house)
        let findings = ConsistencyCheck(house.rows, house.facts).findings()
        #expect(Set(findings.map(\.reason)) == [fault.reason], "\(findings.map(\.message))")
    }

    /// Every invariant has a fault that was planted, but for those that no rows can break here.
    @Test func everyReasonIsTried() {
        let tried = Set(Self.faults.map(\.reason))
        let elsewhere: Set<ConsistencyFinding.Reason> = [.metadataDamaged, .layerCycle]
        #expect(Set(ConsistencyFinding.Reason.allCases).subtracting(tried) == elsewhere)
    }

    @Test func aCircleOfRowsIsFound() {
        var house = House()
        house.rows.layers[House.root]?.parentID = House.top
        let reasons = Set(ConsistencyCheck(house.rows, house.facts).findings().map(\.reason))
        #expect(reasons.contains(.layerCycle))
    }

    /// What an open operation holds is on its way; when the operation has ended, it is not.
    @Test func whatAnOperationHoldsIsLeftOut() {
        var house = House()
        house.beginOperation(.deleting) { house in
            house.facts.inventory.layers[House.top] = nil
            house.facts.servers[House.serverID] = .serving([:])
        }
        #expect(ConsistencyCheck(house.rows, house.facts).findings().isEmpty)
        house.rows.openOperations = []
        let reasons = Set(ConsistencyCheck(house.rows, house.facts).findings().map(\.reason))
        #expect(reasons == [.layerMissing, .operationEnded])
    }

    /// A layer that a deletion frees may be gone; one that something else needs too may not.
    @Test func aBusyVolumeDoesNotHideASnapshotsLoss() {
        var house = House()
        house.beginOperation(.deleting) { $0.facts.inventory.layers[House.root] = nil }
        let findings = ConsistencyCheck(house.rows, house.facts).findings()
        #expect(findings.map(\.reason) == [.layerMissing] && findings.first?.id == House.root.rawValue)
    }

    /// What a server's own process has open is as it should be; so is an archive's time, which has no nanoseconds.
    @Test func nothingIsSaidOfWhatIsAsItShouldBe() {
        var house = House()
        for layer in [House.root, House.top] {
            house.hold(layer, by: LayerHolder(processID: 7, command: "q", isWriter: true, server: House.serverID))
            house.rows.stamps[layer] = LayerStamp(byteCount: 9, modificationNanoseconds: 5_000_000_017)
        }
        house.facts.inventory.layers[House.root]?.stamp = LayerStamp(
            byteCount: 9, modificationNanoseconds: 5_000_000_000)
        // The top is being written: it has no look that lasts.
        house.facts.inventory.layers[House.top]?.stamp = LayerStamp(byteCount: 1, modificationNanoseconds: 1)
        let findings = ConsistencyCheck(house.rows, house.facts).findings()
        #expect(findings.isEmpty, "\(findings.map(\.message))")
    }

    /// Looked into is what nobody writes, frozen layers that are open included, and nothing above what is wrong.
    @Test func onlyWhatStandsStillIsLookedInto() {
        var house = House()
        house.facts.inventory.layers[House.root]?.isOpen = true
        house.facts.inventory.layers[House.top]?.isOpen = true
        let check = ConsistencyCheck(house.rows, house.facts)
        #expect(check.provableLayers(besides: []) == [House.root])
        #expect(check.chain(to: House.top).map(\.id) == [House.root, House.top])
        house.facts.inventory.layers[House.top]?.isOpen = false
        house.facts.inventory.layers[House.root]?.isMarkedDamaged = true
        let damaged = ConsistencyCheck(house.rows, house.facts)
        #expect(damaged.provableLayers(besides: damaged.findings()).isEmpty)
    }

    /// A finding names what needs the layer, however it needs it; many are counted.
    @Test func usersOfALayerAreNamed() throws {
        var house = House()
        house.facts.inventory.layers[House.root] = nil
        for number in 1...20 {
            house.rows.snapshots.append(
                house.snapshot(SnapshotID(stored: "vsnap-\(number)"), "s\(number)", layer: House.root, .available))
        }
        let finding = try #require(ConsistencyCheck(house.rows, house.facts).findings().first)
        #expect(finding.message.contains("needed by snapshot monday, snapshot s1,"))
        #expect(finding.message.hasSuffix("and 14 more)"))
    }

    /// Seen twice of a resource that changed in between counts for nothing.
    @Test func aChangeInBetweenConfirmsNothing() throws {
        var house = House()
        house.rows.volumes[0].size = .gibibyte
        let first = try #require(ConsistencyCheck(house.rows, house.facts).findings().first)
        house.rows.volumes[0].header.revision += 1
        let second = try #require(ConsistencyCheck(house.rows, house.facts).findings().first)
        #expect(first.reason == second.reason && first.id == second.id)
        #expect(ConsistencyFinding.Subject(first) != ConsistencyFinding.Subject(second))
    }
}
