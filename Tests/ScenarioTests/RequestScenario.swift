import HoldpointClient
import Testing

@Suite struct RequestScenario {
    /// The same request a hundred times at once does its work once, and everybody gets the same answer.
    @Test(arguments: WorldKind.allCases)
    func oneRequestIDDoesItsWorkOnce(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            let request = CreateVolumeRequest(
                requestID: world.newID(), volume: Volume(name: "once", sizeBytes: 1 << 20))
            let answers = try await withThrowingTaskGroup(of: VolumeAnswer.self) { group in
                for _ in 0..<100 { group.addTask { try await world.client.volumes.createVolume(request) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(answers.map { $0.volume?.id ?? "" }).count == 1)
            #expect(Set(answers.map { $0.operation?.id ?? "" }).count == 1)
            try await world.settled(answers[0].operation)
            #expect(try await world.client.volumes.listVolumes(ListVolumesRequest()).volumes.count == 1)

            var other = request
            other.volume?.name = "twice"
            let changed = other
            let status = try await refusal { try await world.client.volumes.createVolume(changed) }
            #expect(status.reason == "REQUEST_ID_REUSED" && status.code == .invalidArgument)
        }
    }

    /// A deletion that is asked for again after it was done gets the same answer.
    @Test(arguments: WorldKind.allCases)
    func aRepeatedDeletionIsAnsweredAsBefore(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            _ = try await world.makeServer("web-1")
            _ = try await world.makeVolume("data-1")
            let server = DeleteServerRequest(requestID: world.newID(), server: "web-1", consent: world.consent)
            let volume = DeleteVolumeRequest(requestID: world.newID(), volume: "data-1", consent: world.consent)
            let first = [
                try await world.client.servers.deleteServer(server),
                try await world.client.volumes.deleteVolume(volume),
            ]
            for answer in first { try await world.settled(answer.operation) }
            let again = [
                try await world.client.servers.deleteServer(server),
                try await world.client.volumes.deleteVolume(volume),
            ]
            #expect(again.map(\.operation?.id) == first.map(\.operation?.id))
        }
    }

    /// A refusal is not remembered: the same request succeeds once its reason is gone.
    @Test(arguments: WorldKind.allCases)
    func refusalsAreNotRemembered(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            let request = CreateVolumeRequest(
                requestID: world.newID(), volume: Volume(name: "data-1", sizeBytes: 1 << 20), attachServer: "web-1")
            #expect(try await refusal { try await world.client.volumes.createVolume(request) }.code == .notFound)
            _ = try await world.makeServer("web-1")
            try await world.settled(try await world.client.volumes.createVolume(request).operation)
        }
    }

    /// `validate_only` applies the rules and leaves no trace.
    @Test(arguments: WorldKind.allCases)
    func validatingChangesNothing(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            let answer = try await world.client.volumes.createVolume(
                CreateVolumeRequest(
                    requestID: world.newID(), validateOnly: true, volume: Volume(name: "maybe", sizeBytes: 1 << 20)))
            #expect(answer.volume?.name == "maybe" && answer.operation == nil)
            #expect(try await world.client.volumes.listVolumes(ListVolumesRequest()).volumes.isEmpty)
        }
    }

    /// Updates change what the mask names, and nothing that has moved meanwhile.
    @Test(arguments: WorldKind.allCases)
    func updatesFollowTheMaskAndTheEtag(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            let volume = try await world.makeVolume("data-1")
            let answer = try await world.client.volumes.updateVolume(
                UpdateVolumeRequest(
                    requestID: world.newID(), volumeID: volume.id,
                    volume: Volume(name: "ignored", description: "the first", labels: ["tier": "gold"]),
                    updateMask: FieldMask(paths: ["description", "labels"]), etag: volume.etag))
            #expect(answer.volume?.name == "data-1" && answer.volume?.description == "the first")
            #expect(answer.volume?.labels == ["tier": "gold"])
            let status = try await refusal {
                try await world.client.volumes.updateVolume(
                    UpdateVolumeRequest(
                        requestID: world.newID(), volumeID: volume.id, volume: Volume(name: "renamed"),
                        updateMask: FieldMask(paths: ["name"]), etag: volume.etag))
            }
            #expect(status.reason == "ETAG_MISMATCH" && status.code == .aborted)
            let mask = try await refusal {
                try await world.client.volumes.updateVolume(
                    UpdateVolumeRequest(
                        requestID: world.newID(), volumeID: volume.id, volume: Volume(sizeBytes: 1),
                        updateMask: FieldMask(paths: ["size_bytes"])))
            }
            #expect(mask.reason == "INVALID_ARGUMENT")
        }
    }
}
