import HoldpointClient
import Testing

@Suite(.timeLimit(.minutes(5))) struct ListAndWatchScenario {
    /// Pages hold everything once; a token is good for its own filter and order only.
    @Test(arguments: WorldKind.allCases)
    func pagesFiltersAndOrders(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            for index in 1...7 { _ = try await world.makeVolume("data-\(index)", mebibytes: UInt64(8 - index)) }
            var names: [String] = []
            var request = ListVolumesRequest(pageSize: 3, orderBy: "size_bytes desc")
            repeat {
                let page = try await world.client.volumes.listVolumes(request)
                #expect(page.volumes.count <= 3)
                names += page.volumes.map(\.name)
                request.pageToken = page.nextPageToken
            } while !request.pageToken.isEmpty
            #expect(names == (1...7).map { "data-\($0)" })

            let filtered = try await world.client.volumes.listVolumes(
                ListVolumesRequest(filter: "sizeBytes <= 3145728 AND name != data-7", orderBy: "name"))
            #expect(filtered.volumes.map(\.name) == ["data-5", "data-6"])

            let first = try await world.client.volumes.listVolumes(ListVolumesRequest(pageSize: 2))
            for wrong in [
                ListVolumesRequest(pageToken: first.nextPageToken, filter: "name = data-1"),
                ListVolumesRequest(pageToken: "garbage"), ListVolumesRequest(filter: "color = red"),
                ListVolumesRequest(filter: "name ="), ListVolumesRequest(orderBy: "color"),
            ] {
                #expect(
                    try await refusal { try await world.client.volumes.listVolumes(wrong) }.code == .invalidArgument)
            }
        }
    }

    /// A watch from a list's revision misses nothing and repeats nothing: what happened between the two, and what
    /// happens after.
    @Test(arguments: WorldKind.allCases)
    func aWatchHasNoGap(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            _ = try await world.makeVolume("earlier")
            let revision = try await world.client.volumes.listVolumes(ListVolumesRequest()).revision
            let volume = try await world.makeVolume("data-1")
            let stream = world.client.events.watch(
                WatchRequest(start: .fromRevision(revision), kinds: ["volume"]))
            var iterator = stream.makeAsyncIterator()
            guard case .bookmarkRevision(revision) = try await iterator.next()?.item else {
                Issue.record("a watch begins with a bookmark")
                return
            }
            try await world.deleteVolume("data-1")
            var actions: [String] = []
            var last = revision
            while actions.last != "deleted", let response = try await iterator.next() {
                guard case .event(let event) = response.item else { continue }
                #expect(event.sequence > last && event.kind == "volume" && event.resourceID == volume.id)
                if case .volume(let after) = event.resource {
                    #expect(after.revision == event.sequence && after.name == "data-1")
                } else {
                    #expect(event.resource == nil && event.action == "deleted", "\(event.action) without the volume")
                }
                last = event.sequence
                actions.append(event.action)
            }
            #expect(actions == ["created", "updated", "updated", "deleted"])
        }
    }
}
