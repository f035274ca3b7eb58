import Model
import Testing

/// The rules that look at everything, over ten thousand volumes of deep chains: each looks at each thing once. What
/// grows with the square takes hours here, and ends at the time limit.
@Suite(.timeLimit(.minutes(5))) struct ManyLayersTests {
    private static let volumeCount = 10_000
    private static let chainLength = 100

    /// Chains of a hundred layers, a volume on each layer but that the last is its top.
    private static let house = {
        var house = House()
        for number in 0..<volumeCount {
            let layer = LayerID(stored: "lay-\(number)")
            let parent = number % chainLength == 0 ? nil : LayerID(stored: "lay-\(number - 1)")
            house.add(layer, on: parent, .frozen)
            let top = LayerID(stored: "lay-top-\(number)")
            house.add(top, on: layer, .active)
            let id = VolumeID(stored: "vol-\(number)")
            house.rows.volumes.append(house.volume(id, "volume-\(number)", top: top, .available))
            let owner = ServerSnapshotID(stored: "ssnap-\(number)")
            house.rows.snapshots.append(
                house.snapshot(SnapshotID(stored: "vsnap-\(number)"), "cut", layer: layer, .available, of: owner))
            house.rows.serverSnapshots.append(
                ServerSnapshot(
                    id: owner, header: House.header("cut-\(number)"), state: .available, serverID: House.serverID,
                    serverName: "web", serverKind: .external, consistency: .crash, cutTime: House.now))
        }
        return house
    }()

    @Test func aCheckLooksAtEachThingOnce() {
        let house = Self.house
        let check = ConsistencyCheck(house.rows, house.facts)
        #expect(check.findings().isEmpty)
        #expect(check.provableLayers(besides: []).count == 2 * Self.volumeCount + 2)
    }

    @Test func aCheckOfServersLooksAtEachVolumeOnce() {
        var house = Self.house
        for number in 0..<Self.volumeCount / 10 {
            let id = ServerID(stored: "srv-\(number)")
            house.rows.servers.append(
                Server(
                    id: id, header: House.header("server"), state: .running, kind: .external, desiredState: .running))
            house.facts.servers[id] = .serving([:])
        }
        let lost = Self.volumeCount / 2
        house.rows.volumes[lost].state = .inUse
        house.rows.volumes[lost].placement = .init(serverID: ServerID(stored: "srv-7"), slot: 0)
        let findings = ConsistencyCheck(house.rows, house.facts).findings()
        #expect(findings.map(\.reason) == [.serverNotServing] && findings.first?.id == "vol-\(lost - 1)")
    }

    @Test func layersInACircleAreAllFound() {
        var house = Self.house
        for number in 0..<Self.chainLength {
            house.rows.layers[LayerID(stored: "lay-\(number)")] = LayerRecord(
                id: LayerID(stored: "lay-\(number)"),
                parentID: LayerID(stored: "lay-\((number + Self.chainLength - 1) % Self.chainLength)"),
                size: .mebibyte, depth: number, state: .frozen)
        }
        let circling = ConsistencyCheck(house.rows, house.facts).findings().filter { $0.reason == .layerCycle }
        // The chain itself, and the tops that rest on it.
        #expect(circling.count == 2 * Self.chainLength)
    }

    /// A backup from before all of it: everything is unknown, and each finds the volume that it belonged to.
    @Test func aRestoreLooksAtEachThingOnce() throws {
        var house = Self.house
        for number in 0..<Self.volumeCount {
            let (top, newer) = (LayerID(stored: "lay-top-\(number)"), LayerID(stored: "lay-newer-\(number)"))
            house.facts.inventory.layers[top]?.isWritable = false
            house.addFile(newer, on: top)
        }
        var count = 0
        let plan = RestorePlan(house.rows, house.facts.inventory, at: House.now) {
            count += 1
            return LayerID(stored: "lay-fresh-\(count)")
        }
        #expect(plan.quarantined.count == Self.volumeCount && plan.overlays.count == Self.volumeCount)
        let part = try #require(plan.quarantined.first { $0.layerID.rawValue == "lay-newer-77" })
        #expect(part.origin.id == "vol-77")
    }
}
