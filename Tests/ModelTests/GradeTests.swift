import Model
import Testing

/// A volume's grade after it was served, from what was seen of its writers.
@Suite struct GradeTests {
    private static let top = LayerID(stored: "lay-aaaaaaaaaaaa")
    private static let lower = LayerID(stored: "lay-bbbbbbbbbbbb")

    private static func volume(wasKilled: Bool, servedFrom layer: LayerID? = top, _ version: Int64 = 5) -> Volume {
        let header = ResourceHeader(
            projectID: ProjectID(stored: "prj-aaaaaaaaaaaa"), attributes: ResourceAttributes(name: "data-1"),
            at: Timestamp(millisecondsSinceEpoch: 0))
        var volume = Volume(
            id: VolumeID(stored: "vol-aaaaaaaaaaaa"), header: header, state: .inUse, size: .mebibyte, topLayerID: top)
        volume.writerWasKilled = wasKilled
        volume.servedLayer = layer.map { ServedLayer(layerID: $0, version: version) }
        return volume
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var layer: LayerID? = GradeTests.top
        let before: LayerActivity?
        let after: LayerActivity?
        var isCutOff = false
        /// Whether it was killed before, and whether it is afterwards.
        let expected: [Bool: Bool]
    }

    static let cases = [
        Case(
            testDescription: "nobody wrote", before: .init(version: 5), after: .init(version: 5),
            expected: [false: false, true: true]),
        Case(
            testDescription: "written and flushed", before: .init(version: 7), after: .init(version: 7),
            expected: [false: false, true: false]),
        Case(
            testDescription: "closing wrote", before: .init(version: 7), after: .init(version: 8),
            expected: [false: true, true: true]),
        Case(
            testDescription: "broken off", before: .init(version: 7, isBrokenOff: true),
            after: .init(version: 7, isBrokenOff: true), expected: [false: true, true: true]),
        Case(
            testDescription: "a break, and nobody wrote", before: .init(version: 5, isBrokenOff: true),
            after: .init(version: 5, isBrokenOff: true), expected: [false: false, true: true]),
        Case(
            testDescription: "not seen before", before: nil, after: .init(version: 5),
            expected: [false: true, true: true]),
        Case(
            testDescription: "not seen after", before: .init(version: 5), after: nil,
            expected: [false: true, true: true]),
        Case(
            testDescription: "cut off", before: .init(version: 7), after: .init(version: 7), isCutOff: true,
            expected: [false: true, true: true]),
        Case(
            testDescription: "cut since, and nobody wrote", layer: lower, before: .init(version: 0),
            after: .init(version: 0), expected: [false: false, true: true]),
        Case(
            testDescription: "cut since, written and flushed", layer: lower, before: .init(version: 5),
            after: .init(version: 5), expected: [false: false, true: false]),
        Case(
            testDescription: "not served", layer: nil, before: nil, after: nil, isCutOff: true,
            expected: [false: false, true: true]),
    ]

    @Test(arguments: cases) func servingEnds(_ found: Case) {
        for (wasKilled, expected) in found.expected {
            var volume = Self.volume(wasKilled: wasKilled, servedFrom: found.layer)
            volume.endServing(before: found.before, after: found.after, isCutOff: found.isCutOff)
            #expect(volume.writerWasKilled == expected)
            #expect(volume.servedLayer == nil)
        }
    }

    @Test func servingBeginsOnce() {
        var volume = Self.volume(wasKilled: false, servedFrom: nil)
        volume.beginServing(LayerActivity(version: 3))
        volume.beginServing(LayerActivity(version: 4))
        #expect(volume.servedLayer == ServedLayer(layerID: Self.top, version: 3))
    }

    /// What is no writer neither proves nor hides anything.
    @Test func aChangeThatIsNoWriteIsPassedOver() {
        var unwritten = Self.volume(wasKilled: true)
        unwritten.passOver(from: LayerActivity(version: 5), to: LayerActivity(version: 6))
        unwritten.endServing(before: LayerActivity(version: 6), after: LayerActivity(version: 6), isCutOff: false)
        #expect(unwritten.writerWasKilled)
        var written = Self.volume(wasKilled: false)
        written.passOver(from: LayerActivity(version: 7), to: LayerActivity(version: 8))
        #expect(written.writerWasKilled)
    }
}
