internal import HoldpointMessages
internal import Manager
internal import Model

extension HoldpointMessages.WatchResponse {
    init(_ item: WatchItem) {
        self.init()
        switch item {
        case .bookmark(let revision): self.item = .bookmarkRevision(UInt64(clamping: revision))
        case .event(let event): self.item = .event(HoldpointMessages.Event(event))
        }
    }
}

extension HoldpointMessages.Event {
    init(_ event: Model.Event) {
        self.init()
        sequence = UInt64(clamping: event.sequence)
        time = HoldpointMessages.Timestamp(event.time)
        principal = event.author.principal
        source = event.author.source
        action = event.action
        kind = event.kind
        resourceID = event.resourceID
        operationID = event.author.operationID?.rawValue ?? ""
        requestID = event.author.requestID
        reason = event.author.reason
        name = event.name
        switch event.resource {
        case .server(let server): resource = .server(HoldpointMessages.Server(server))
        case .volume(let volume): resource = .volume(HoldpointMessages.Volume(volume))
        case .snapshot(let snapshot): resource = .snapshot(HoldpointMessages.VolumeSnapshot(snapshot))
        case .serverSnapshot(let snapshot): resource = .serverSnapshot(HoldpointMessages.ServerSnapshot(snapshot))
        case .operation(let operation): resource = .operation(HoldpointMessages.Operation(operation))
        case nil: resource = nil
        }
    }
}

extension HoldpointMessages.PastEvent {
    init(_ entry: Manager.PastEvent) {
        self.init(
            event: HoldpointMessages.Event(entry.event), operationKind: entry.operation?.type ?? "",
            outcome: entry.operation?.state.rawValue ?? "",
            consent: entry.operation?.standingConsent.map { HoldpointMessages.StandingConsent($0) })
    }

    init(_ denial: Denial) {
        var event = HoldpointMessages.Event()
        event.sequence = UInt64(clamping: denial.number)
        event.time = HoldpointMessages.Timestamp(denial.time)
        (event.principal, event.source, event.reason) = (denial.principal, denial.source, denial.reason)
        event.action = "denied"
        self.init(event: event, attempts: UInt64(clamping: denial.attempts))
    }
}
