internal import HoldpointMessages
internal import Model

extension HoldpointMessages.Server {
    init(_ server: Model.Server) {
        self.init()
        id = server.id.rawValue
        fill(server.header)
        state = State(server.state)
        kind = Kind(server.serverKind)
        attachments = server.attachments.map {
            HoldpointMessages.Attachment(
                volumeID: $0.volumeID.rawValue, slot: UInt32(clamping: $0.slot), boot: $0.boot,
                volumeName: $0.volumeName ?? "")
        }
        nbd = server.exports.map { NBDExport(volumeID: $0.volumeID.rawValue, uri: $0.uri) }
        desiredState = server.desiredState == .running ? .running : .stopped
    }
}

extension HoldpointMessages.Server.Kind {
    init(_ kind: Model.Server.Kind) {
        switch kind {
        case .vm: self = .vm
        case .external: self = .external
        }
    }

    /// What a caller wants to have made; nil: it does not say.
    var wanted: Model.Server.Kind? {
        switch self {
        case .vm: .vm
        case .external: .external
        case .unspecified, .unrecognized: nil
        }
    }
}

extension HoldpointMessages.Server.State {
    init(_ state: Model.Server.State) {
        switch state {
        case .provisioning: self = .provisioning
        case .running: self = .running
        case .stopping: self = .stopping
        case .stopped: self = .stopped
        case .starting: self = .starting
        case .rebooting: self = .rebooting
        case .deleting: self = .deleting
        case .error: self = .error
        case .errorDeleting: self = .errorDeleting
        }
    }
}

extension Model.Server: ShownInEvents {
    var shownInEvents: HoldpointMessages.Event.Resource { .server(HoldpointMessages.Server(self)) }
}
