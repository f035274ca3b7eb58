import HoldpointClient
import Testing

@Suite struct ConsentScenario {
    /// What destroys keeps the consent that it works under; what destroys nothing keeps none.
    @Test(arguments: WorldKind.allCases)
    func anOperationThatDestroysKeepsItsConsent(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            let made = try await world.client.volumes.createVolume(
                CreateVolumeRequest(requestID: world.newID(), volume: Volume(name: "data-1", sizeBytes: 8 << 20)))
            #expect(try await world.settled(made.operation)?.standingConsent == nil)
            let volume = try #require(made.volume)

            let deletion = try await world.client.volumes.deleteVolume(
                DeleteVolumeRequest(requestID: world.newID(), volume: "data-1", consent: world.consent))
            let ended = try #require(try await world.settled(deletion.operation))
            let consent = try #require(ended.standingConsent)
            #expect(consent.allows == "DELETE_VOLUME \(volume.id)" && consent.principal == "admin")
            #expect(!consent.source.isEmpty && consent.time == ended.createTime)
            #expect(deletion.operation?.standingConsent == consent)
        }
    }
}
