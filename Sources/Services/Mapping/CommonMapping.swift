internal import HoldpointMessages
internal import Model

extension HoldpointMessages.Timestamp {
    init(_ time: Model.Timestamp) {
        let (seconds, milliseconds) = time.millisecondsSinceEpoch.quotientAndRemainder(dividingBy: 1_000)
        let isBefore = milliseconds < 0
        self.init(
            seconds: isBefore ? seconds - 1 : seconds,
            nanos: Int32((isBefore ? milliseconds + 1_000 : milliseconds) * 1_000_000))
    }
}

extension Model.Timestamp {
    /// To the millisecond below; what no clock can say counts as the first or last instant.
    init(_ time: HoldpointMessages.Timestamp) {
        let (milliseconds, overflow) = time.seconds.multipliedReportingOverflow(by: 1_000)
        let end: Int64 = time.seconds < 0 ? .min : .max
        let (sum, isBeyond) = milliseconds.addingReportingOverflow(Int64(time.nanos) / 1_000_000)
        self.init(millisecondsSinceEpoch: overflow || isBeyond ? end : sum)
    }
}

extension HoldpointMessages.Failure {
    init(_ failure: Model.Failure) {
        self.init()
        step = failure.step
        reason = failure.reason
        message = failure.message
        attempts = UInt32(clamping: failure.attempts)
        resolvableBy = failure.resolvableBy == .user ? .user : .administrator
    }
}

extension HoldpointMessages.Warning {
    init(_ warning: Model.Warning) {
        self.init()
        reason = warning.reason
        message = warning.message
    }
}

extension HoldpointMessages.Consistency.Grade {
    init(_ consistency: Model.Consistency) {
        switch consistency {
        case .crash: self = .crash
        case .quiesced: self = .quiesced
        case .offline: self = .offline
        }
    }

    /// What a caller asks for at least; nil: anything.
    var required: Model.Consistency? {
        switch self {
        case .crash: .crash
        case .quiesced: .quiesced
        case .offline: .offline
        case .unspecified, .unrecognized: nil
        }
    }
}

extension ResourceMessage {
    mutating func fill(_ header: ResourceHeader) {
        projectID = header.projectID.rawValue
        name = header.name
        description = header.description
        labels = header.labels
        stateSince = HoldpointMessages.Timestamp(header.stateSince)
        createTime = HoldpointMessages.Timestamp(header.createTime)
        revision = UInt64(clamping: header.revision)
        etag = header.etag
        deletionProtection = header.deletionProtection
        failure = header.failure.map { HoldpointMessages.Failure($0) }
        operationID = header.operationID?.rawValue ?? ""
    }

    /// What a caller chose for a new resource.
    var attributes: ResourceAttributes {
        ResourceAttributes(
            name: name, description: description, labels: labels, deletionProtection: deletionProtection)
    }
}
