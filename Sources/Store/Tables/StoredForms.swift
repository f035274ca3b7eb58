public import Model

/// What stands in where another release's form of a value lacks something: whatever promises least.

private let unknown = ""
private let longAgo = Timestamp(millisecondsSinceEpoch: 0)

extension ResourceHeader {
    static var blank: ResourceHeader {
        ResourceHeader(
            projectID: ProjectID(stored: unknown), attributes: ResourceAttributes(name: unknown), at: longAgo)
    }
}

extension Server: StoredForm {
    public static var blank: Server {
        Server(id: ServerID(stored: unknown), header: .blank, state: .error, kind: .external, desiredState: .stopped)
    }
}

extension Volume: StoredForm {
    public static var blank: Volume {
        Volume(
            id: VolumeID(stored: unknown), header: .blank, state: .error, size: .zero,
            topLayerID: LayerID(stored: unknown))
    }
}

extension VolumeSnapshot: StoredForm {
    public static var blank: VolumeSnapshot {
        VolumeSnapshot(
            id: SnapshotID(stored: unknown), header: .blank, state: .error, volumeID: VolumeID(stored: unknown),
            volumeName: unknown, serverSnapshotID: nil, size: .zero, layerID: LayerID(stored: unknown),
            consistency: .crash, cutTime: nil, slot: nil)
    }
}

extension ServerSnapshot: StoredForm {
    public static var blank: ServerSnapshot {
        ServerSnapshot(
            id: ServerSnapshotID(stored: unknown), header: .blank, state: .error, serverID: ServerID(stored: unknown),
            serverName: unknown, serverKind: .external, consistency: .crash)
    }
}

extension Operation: StoredForm {
    public static var blank: Operation {
        Operation(
            id: OperationID(stored: unknown), projectID: ProjectID(stored: unknown), type: unknown, steps: [],
            targetIDs: [], requestID: unknown, principal: unknown, input: unknown, warnings: [], at: longAgo)
    }
}

extension Operation.Problem: StoredForm {
    public static var blank: Operation.Problem {
        Operation.Problem(reason: Reason.internal.rawValue, message: unknown, step: unknown)
    }
}

extension Failure: StoredForm {
    public static var blank: Failure {
        Failure(
            step: unknown, reason: Reason.internal.rawValue, message: unknown, attempts: 1,
            resolvableBy: .administrator)
    }
}

extension Warning: StoredForm {
    public static var blank: Warning { Warning(reason: unknown, message: unknown) }
}

extension StandingConsent: StoredForm {
    public static var blank: StandingConsent {
        StandingConsent(principal: unknown, source: unknown, time: longAgo, allows: unknown)
    }
}

extension RememberedRequest.Part: StoredForm {
    public static var blank: RememberedRequest.Part {
        // An answer whose reason is not known is still a refusal.
        let refusal = Refusal(.internal, "the reason of this refusal is one of another release")
        return RememberedRequest.Part(reference: unknown, targetID: unknown, operationID: nil, refusal: refusal)
    }
}

extension String: StoredForm {
    public static var blank: String { unknown }
}

/// The blank of an element stands for each.
extension Array: StoredForm where Element: StoredForm {
    public static var blank: [Element] { [.blank] }
}
