import Engine
import HoldpointClient
import HoldpointMessages
import Model
import Synchronization
import Testing

@testable import Manager

/// A wall clock that jumps.
@Suite struct ClockScenario {
    /// Days pass in a minute, forwards and backwards: a request is done once all the same.
    @Test func aJumpOfTheClockForgetsNoRequest() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let days = Atomic<Int64>(0)
        let house = try await ManagedHouse(
            directory.path + "/state", engine: SimulatedEngine(),
            clock: { Model.Timestamp(millisecondsSinceEpoch: days.load(ordering: .relaxed) * 86_400_000) })
        let world = house.world(directory.path)
        let request = CreateVolumeRequest(
            requestID: world.newID(), volume: HoldpointMessages.Volume(name: "once", sizeBytes: 1 << 20))
        let first = try await world.client.volumes.createVolume(request)
        try await world.settled(first.operation)
        for day in [8, -30, 400, 4_000_000, -4_000_000] as [Int64] {
            days.store(day, ordering: .relaxed)
            try await house.manager.forgetOldThings(after: .seconds(60))
            #expect(try await world.client.volumes.createVolume(request).operation?.id == first.operation?.id)
        }
        #expect(try await world.client.volumes.listVolumes(ListVolumesRequest()).volumes.count == 1)
        await house.close()
    }
}
