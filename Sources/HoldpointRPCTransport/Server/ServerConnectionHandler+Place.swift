internal import HoldpointRPC
internal import NIOCore

extension ServerConnectionHandler {
    /// A place among the server's connections, until `leavePlace`.
    struct Place {
        let id: ConnectionPlaces.ID
        let listener: ConnectionPlaces.Listener
    }

    /// False: there is none.
    func takePlace(_ channel: any Channel) -> Bool {
        let listener = Self.listener(of: channel)
        let (bound, loop) = (bound, loop)
        let id = shared.admission.enter(by: listener) {
            loop.eventLoop.execute { loop.turn { bound.value.end(.placeIsNeeded) } }
        }
        place = id.map { Place(id: $0, listener: listener) }
        return id != nil
    }

    /// Safe to repeat.
    func leavePlace() {
        place.map { shared.admission.leave($0.id, by: $0.listener) }
        place = nil
    }

    private static func listener(of channel: any Channel) -> ConnectionPlaces.Listener {
        if case .unixDomainSocket = channel.localAddress ?? channel.remoteAddress { .unix } else { .tcp }
    }
}

extension ConnectionFault {
    /// Another connection needs the place of one without a credential.
    fileprivate static let placeIsNeeded = ConnectionFault(
        .enhanceYourCalm, "the server serves only so many connections without a credential")
}
