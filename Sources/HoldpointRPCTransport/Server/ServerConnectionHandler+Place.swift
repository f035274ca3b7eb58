internal import HoldpointRPC
internal import NIOCore

extension ServerConnectionHandler {
    /// A place among the server's connections, until `leavePlace`.
    struct Place {
        let id: ConnectionPlaces.ID
        let listener: ConnectionPlaces.Listener
        /// Set while a credential is waited for.
        var timer: WheelTimer?
    }

    /// Whoever has said nothing for so long by TCP counts as one without a credential.
    private static let silence = Duration.seconds(1)

    /// False: there is none.
    func takePlace(_ channel: any Channel) -> Bool {
        let listener = Self.listener(of: channel)
        let (bound, loop) = (bound, loop)
        let id = shared.admission.enter(by: listener) {
            loop.eventLoop.execute { loop.turn { bound.value.end(.placeIsNeeded) } }
        }
        guard let id else { return false }
        place = Place(id: id, listener: listener)
        if listener == .tcp {
            place?.timer = loop.timers.schedule(after: Self.silence) { self.identify(hasCredential: false) }
        }
        return true
    }

    func identify(hasCredential: Bool) {
        guard let place else { return }
        place.timer.map(loop.timers.cancel)
        shared.admission.identified(place.id, hasCredential: hasCredential)
    }

    /// Safe to repeat.
    func leavePlace() {
        guard let place else { return }
        place.timer.map(loop.timers.cancel)
        shared.admission.leave(place.id, by: place.listener)
        self.place = nil
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
