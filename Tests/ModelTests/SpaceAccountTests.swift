import Model
import Testing

/// What is free without some users of layers: the same as if the tree were looked at anew, and asking changes nothing.
@Suite struct SpaceAccountTests {
    @Test func everyQuestionIsAnsweredAsByALookAtAll() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = RandomSequence(seed: seed)
        for round in 0..<300 {
            let forest = Forest(count: Int.random(in: 1...40, using: &generator), &generator)
            let layers = forest.parents.indices.map { index in
                SpaceAccount.Layer(
                    id: forest.layer(index), parentID: forest.parents[index].map(forest.layer),
                    bytes: ByteCount(bytes: 1 << Int64(index)))
            }
            var account = SpaceAccount(layers, users: forest.users.map(forest.layer))
            let idle = forest.free(without: [])
            for _ in 0..<10 {
                let users = forest.users.indices.filter { _ in Bool.random(using: &generator) }
                let expected = forest.free(without: Set(users)).subtracting(idle)
                let freed = account.freed(byReleasing: users.map { forest.layer(forest.users[$0]) })
                let bytes = layers.filter { expected.contains($0.id) }.map(\.bytes).reduce(.zero, +)
                #expect(freed == bytes, "seed \(seed), round \(round)")
            }
        }
    }

    /// Eight volumes with 10,000 server snapshots: what grows with the square would not end.
    @Test(.timeLimit(.minutes(5))) func manySnapshotsAreOnePass() {
        let (rows, project) = Self.manyRows(volumeCount: 8, snapshotCount: 10_000)
        let usage = Dictionary(uniqueKeysWithValues: rows.layers.map { ($0.id, ByteCount(bytes: 1)) })
        var uses: [SpaceUse] = []
        let duration = ContinuousClock().measure {
            var account = rows.account(usage)
            uses = rows.uses(in: project, &account)
        }
        print("80,000 snapshots of 8 volumes: what each takes and frees in \(duration)")
        #expect(uses.count == 8 + 10_000 + 80_000)
        #expect(uses.filter { $0.kind == .volume }.allSatisfy { $0.exclusive.bytes == 1 && $0.freed.bytes == 10_001 })
        #expect(uses.filter { $0.kind != .volume }.allSatisfy { $0.freed.bytes == 0 })
    }

    private static func manyRows(volumeCount: Int, snapshotCount: Int) -> (SpaceRows, ProjectID) {
        let (project, now) = (ProjectID(stored: "prj-aaaaaaaaaaaa"), Timestamp(millisecondsSinceEpoch: 0))
        var rows = SpaceRows()
        for number in 0..<snapshotCount {
            rows.serverSnapshots.append(
                .init(id: .init(stored: "ssnap-\(number)"), projectID: project, name: "night", createTime: now))
        }
        for volume in 0..<volumeCount {
            let id = VolumeID(stored: "vol-\(volume)")
            for number in 0...snapshotCount {
                let layer = LayerID(stored: "lay-\(volume)-\(number)")
                rows.layers.append((layer, number == 0 ? nil : LayerID(stored: "lay-\(volume)-\(number - 1)")))
                guard number < snapshotCount else {
                    rows.volumes.append(
                        .init(id: id, projectID: project, name: "data", createTime: now, topLayerID: layer))
                    continue
                }
                rows.snapshots.append(
                    .init(
                        id: .init(stored: "vsnap-\(volume)-\(number)"), projectID: project, name: "night",
                        createTime: now, volumeID: id, ownerID: .init(stored: "ssnap-\(number)"), layerID: layer))
            }
        }
        return (rows, project)
    }
}
