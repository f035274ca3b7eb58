import Model
import Testing

/// What `if_absent` compares: what a request says, and nothing else.
@Suite struct EqualityTests {
    private let snapshot = SnapshotID(stored: "vsnap-a")

    private func volume(_ attributes: ResourceAttributes = ResourceAttributes(name: "data")) -> Volume {
        let header = ResourceHeader(
            projectID: ProjectID(stored: "prj-a"), attributes: attributes, at: Timestamp(millisecondsSinceEpoch: 0))
        return Volume(
            id: VolumeID(stored: "vol-a"), header: header, state: .available, size: .mebibyte,
            topLayerID: LayerID(stored: "lay-a"))
    }

    private func differences(
        _ volume: Volume, _ wanted: ResourceAttributes, bytes: UInt64 = 0, source: SnapshotID? = nil,
        server: ServerID? = nil
    ) -> [String] {
        volume.differences(from: wanted, sizeBytes: bytes, source: source, server: server)
    }

    @Test func whatTheRequestLeavesOpenDoesNotDiffer() {
        var attached = volume(ResourceAttributes(name: "data", deletionProtection: true))
        attached.placement = .init(serverID: ServerID(stored: "srv-a"), slot: 0)
        #expect(differences(attached, ResourceAttributes(name: "data")).isEmpty)
    }

    @Test func eachFieldIsTold() {
        let wanted = ResourceAttributes(
            name: "data", description: "new", labels: ["a": "1", "b": "2"], deletionProtection: true)
        let existing = volume(ResourceAttributes(name: "data", labels: ["b": "3", "c": "4"]))
        #expect(
            differences(existing, wanted, bytes: 2 << 20, source: snapshot, server: ServerID(stored: "srv-a")) == [
                #"description is "", not "new""#, "deletion_protection is false, not true",
                #"label a is none, not "1""#, #"label b is "3", not "2""#, #"label c is "4", not none"#,
                "size_bytes is 1048576, not 2097152", "source is none, not made from vsnap-a",
                "server is none, not srv-a",
            ])
    }

    /// Swift takes two spellings of é for one; users who read their text again do not.
    @Test func textsAreComparedByTheirBytes() {
        let composed = ResourceAttributes(name: "data", description: "caf\u{e9}", labels: ["a": "\u{e9}"])
        let decomposed = ResourceAttributes(name: "data", description: "cafe\u{301}", labels: ["a": "e\u{301}"])
        #expect(differences(volume(composed), decomposed).count == 2)
        #expect(differences(volume(composed), composed).isEmpty)
    }

    @Test func aBetterGradeThanRequiredIsEqual() {
        let header = volume().header
        let taken = ServerSnapshot(
            id: ServerSnapshotID(stored: "ssnap-a"), header: header, state: .available,
            serverID: ServerID(stored: "srv-a"), serverName: "web", serverKind: .external, consistency: .quiesced,
            cutTime: nil)
        func differences(_ required: Consistency?) -> [String] {
            taken.differences(
                from: ResourceAttributes(name: "data"), of: ServerID(stored: "srv-a"), required: required)
        }
        #expect(differences(nil).isEmpty && differences(.crash).isEmpty && differences(.quiesced).isEmpty)
        #expect(differences(.offline) == ["consistency is QUIESCED, not OFFLINE"])
    }
}
