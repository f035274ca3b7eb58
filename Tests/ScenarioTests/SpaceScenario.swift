import Engine
import EngineTestSupport
import HoldpointClient
import HoldpointMessages
import Model
import Testing

/// What takes space, what would be free, and what becomes of data that nobody uses.
@Suite struct SpaceScenario {
    /// The list and the plan of each say the same, on real disks too.
    @Test(arguments: WorldKind.allCases)
    func freesWhatThePlanSays(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            _ = try await world.makeServer("web-1")
            for (number, name) in ["data-1", "data-2"].enumerated() {
                _ = try await world.makeVolume(name, on: "web-1")
                try await world.write(UInt8(number + 1), to: name)
            }
            _ = try await world.takeServerSnapshot("whole", of: "web-1")
            try await world.write(3, to: "data-1", block: 1)
            _ = try await world.takeSnapshot("early", of: "data-1")
            try await world.write(4, to: "data-1", block: 2)
            _ = try await world.takeSnapshot("late", of: "data-1")
            _ = try await world.makeVolume("copy-1", mebibytes: 0, snapshot: "early")
            _ = try await world.makeVolume("loose")
            for name in ["data-1", "data-2"] { try await world.detach(name) }

            let space = try await world.client.plans.listSpace(ListSpaceRequest())
            #expect(space.uses.count == 9 && space.nextPageToken.isEmpty)
            #expect(space.uses.map(\.freesBytes) == space.uses.map(\.freesBytes).sorted(by: >))
            for use in space.uses {
                let plan = try await world.plan(use.id)
                #expect(use.freesBytes == plan.freesBytes, "\(use.kind) \(use.name)")
                #expect(use.exclusiveBytes <= use.freesBytes || use.kind == "snapshot", "\(use.kind) \(use.name)")
            }
            let tops = space.uses.filter { $0.kind != "server-snapshot" }.map(\.ownBytes).reduce(0, +)
            #expect(space.layersBytes == tops, "every layer is somebody's own here")
            let member = try #require(space.uses.first { !$0.serverSnapshotID.isEmpty })
            #expect(member.serverSnapshotName == "whole" && ["data-1", "data-2"].contains(member.volumeName))
        }
    }

    @Test func isSortedFilteredAndPaged() async throws {
        try await World.with(.inProcess) { world in
            for number in 1...5 { _ = try await world.makeVolume("data-\(number)") }
            for number in 1...3 { _ = try await world.takeSnapshot("snap-\(number)", of: "data-1") }
            func names(_ request: ListSpaceRequest) async throws -> [String] {
                try await world.client.plans.listSpace(request).uses.map(\.name)
            }
            #expect(
                try await names(ListSpaceRequest(filter: "kind = snapshot", orderBy: "name desc"))
                    == ["snap-3", "snap-2", "snap-1"])
            #expect(
                try await names(ListSpaceRequest(filter: "name : data AND ownBytes < 1GiB", orderBy: "name")).count == 5
            )
            var (request, paged) = (ListSpaceRequest(pageSize: 3, orderBy: "create_time"), [String]())
            repeat {
                let page = try await world.client.plans.listSpace(request)
                #expect(page.uses.count <= 3)
                paged += page.uses.map(\.name)
                request.pageToken = page.nextPageToken
            } while !request.pageToken.isEmpty
            #expect(Set(paged).count == 8 && paged.count == 8)
            for (filter, order) in [
                ("kind = server", ""), ("bogus = 1", ""), ("own_bytes = much", ""), ("own_bytes : 1", ""),
                ("create_time > today", ""), ("", "bogus"), ("", "name down"), ("", "name desc now"),
            ] {
                let wrong = try await refusal {
                    try await names(ListSpaceRequest(filter: filter, orderBy: order))
                }
                #expect(wrong.reason == "INVALID_ARGUMENT", "\(filter) \(order)")
            }
            for token in ["x", "-1", "9223372036854775808"] {
                let wrong = try await refusal { try await names(ListSpaceRequest(pageToken: token)) }
                #expect(wrong.reason == "INVALID_ARGUMENT")
            }
        }
    }

    // MARK: Quarantine

    /// A house in whose quarantine lies what was a volume with a byte in it.
    private func withAbandoned(
        _ scenario:
            @escaping @Sendable (World, SimulatedEngine, HoldpointMessages.QuarantinedLayer) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let engine = SimulatedEngine()
        try await InProcessWorld.with(directory.path, engine: engine) { world, _ in
            _ = try await world.makeServer("web-1")
            _ = try await world.makeVolume("data-1", on: "web-1")
            try await world.write(7, to: "data-1")
            try await world.detach("data-1")
            engine.fail(.deleteLayer)
            let answer = try await world.client.volumes.deleteVolume(
                DeleteVolumeRequest(requestID: world.newID(), volume: "data-1", consent: world.consent))
            _ = try await world.client.wait(for: try #require(answer.operation), timeout: .seconds(60))
            engine.removeFaults()
            _ = try await world.client.admin.resolveFailure(
                ResolveFailureRequest(
                    requestID: world.newID(), resource: "data-1", action: .abandon, consent: world.consent))
            let list = try await world.client.admin.listQuarantine(ListQuarantineRequest()).layers
            try await scenario(world, engine, try #require(list.first))
            #expect(try await world.client.admin.listQuarantine(ListQuarantineRequest()).layers.isEmpty)
            #expect(try await world.check().findings.isEmpty)
        }
    }

    @Test func abandonedDataBecomesAVolumeAgain() async throws {
        try await withAbandoned { world, engine, layer in
            #expect(layer.reason == "ABANDONED" && layer.originKind == "volume" && layer.originName == "data-1")
            #expect(layer.sizeBytes == 8 << 20 && layer.ownBytes == layer.freesBytes && layer.ownBytes > 0)
            let space = try await world.client.plans.listSpace(ListSpaceRequest(filter: "kind = layer"))
            #expect(space.uses.map(\.id) == [layer.id])
            let status = try await world.client.admin.getStatus(GetStatusRequest())
            #expect(status.problems.map(\.command) == ["holdpoint admin quarantine list"])

            // While its data cannot be proved, it stays where it is.
            engine.fail(.verify)
            let failed = try await world.client.wait(
                for: try #require(try await adopt(world, layer).operation), timeout: .seconds(60))
            #expect(failed.state == .failed)
            engine.removeFaults()
            #expect(try await world.client.admin.listQuarantine(ListQuarantineRequest()).layers.count == 1)

            let answer = try await adopt(world, layer)
            try await world.settled(answer.operation)
            let volume = try await world.client.volumes.getVolume(GetVolumeRequest(volume: "data-1"))
            #expect(volume.state == .available && volume.sizeBytes == layer.sizeBytes)
            #expect(
                try await world.takeSnapshot("now", of: "data-1").consistency == .crash, "nobody saw its writer end")
            try await world.settled(
                try await world.client.volumes.attachVolume(
                    AttachVolumeRequest(requestID: world.newID(), volume: "data-1", server: "web-1")
                ).operation)
            #expect(try await world.read("data-1", block: 0) == 7)
            #expect(try await refusal { try await adopt(world, layer) }.reason == "NOT_FOUND")
        }
    }

    @Test func abandonedDataGoesWithConsentOnly() async throws {
        try await withAbandoned { world, engine, layer in
            func discard(_ consent: Consent?, validateOnly: Bool = false) async throws -> DiscardLayerAnswer {
                try await world.client.admin.discardLayer(
                    DiscardLayerRequest(
                        requestID: world.newID(), validateOnly: validateOnly, layer: layer.id, consent: consent))
            }
            #expect(try await refusal { try await discard(nil) }.reason == "CONSENT_REQUIRED")
            #expect(
                try await refusal { try await discard(Consent(acknowledged: true, password: "wrong")) }.reason
                    == "CONSENT_INVALID")
            _ = try await discard(world.consent, validateOnly: true)
            #expect(try await engine.allLayers().contains(LayerID(stored: layer.id)), "nothing has happened yet")
            try await world.settled(try await discard(world.consent).operation)
            #expect(try await !engine.allLayers().contains(LayerID(stored: layer.id)))
            #expect(try await refusal { try await discard(world.consent) }.reason == "NOT_FOUND")
            let past = try await world.client.events.listEvents(ListEventsRequest(kinds: ["operation"]))
            let told = past.events.first { $0.event?.name == "DISCARD_LAYER" }
            #expect(told?.consent != nil, "the history tells who let it go")
        }
    }

    private func adopt(_ world: World, _ layer: HoldpointMessages.QuarantinedLayer) async throws -> AdoptLayerAnswer {
        try await world.client.admin.adoptLayer(AdoptLayerRequest(requestID: world.newID(), layer: layer.id))
    }
}
