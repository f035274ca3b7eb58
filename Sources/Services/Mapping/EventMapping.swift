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
        resource = (event.resource as? any ShownInEvents)?.shownInEvents
    }
}

/// A kind whose resources an event's message has a field for.
protocol ShownInEvents {
    var shownInEvents: HoldpointMessages.Event.Resource { get }
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
