/// Something that is wrong and that somebody has to look at, with what helps. Pure.
public struct SystemProblem: Hashable, Sendable {
    public enum Severity: String, Hashable, Sendable, Comparable {
        /// No data is in doubt.
        case warning = "WARNING"
        /// Something does not work, or data is in danger.
        case error = "ERROR"

        public static func < (left: Severity, right: Severity) -> Bool { left == .warning && right == .error }
    }

    /// What is wrong: a promise to scripts.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// A resource is in ERROR: its own failure tells why.
        case resourceError = "RESOURCE_ERROR"
        /// A deletion kept failing: an administrator decides.
        case errorDeleting = "ERROR_DELETING"
        case operationStuck = "OPERATION_STUCK"
        /// An operation takes much longer than any should.
        case operationOverdue = "OPERATION_OVERDUE"
        /// A server's process ended by itself and was replaced; its clients saw a power cut.
        case processLost = "PROCESS_LOST"
        case storageLow = "STORAGE_LOW"
        /// Data that nobody uses is kept until somebody decides.
        case quarantined = "LAYERS_QUARANTINED"
        /// The last check found something.
        case checkFound = "CHECK_FOUND"
        /// Work that comes by itself fails again and again; it is tried again.
        case backgroundFailing = "BACKGROUND_FAILING"
    }

    public let severity: Severity
    public let reason: Reason
    /// volume, server, operation and the like; `storage` for the disk, `layer` for layers.
    public let kind: String
    /// Empty for what has none.
    public let id: String
    public let name: String
    /// For people: what is wrong.
    public let message: String
    /// Nil: it is not known.
    public let since: Timestamp?
    /// What helps.
    public let remedy: Remedy

    init(
        _ severity: Severity, _ reason: Reason, kind: String, id: String = "", name: String = "", _ message: String,
        since: Timestamp?, remedy: Remedy
    ) {
        self.severity = severity
        self.reason = reason
        self.kind = kind
        self.id = id
        self.name = name
        self.message = message
        self.since = since
        self.remedy = remedy
    }
}

extension SystemProblem {
    /// A resource that is not well.
    public init<Subject: Resource>(_ resource: Subject) {
        let (id, name) = (resource.id.rawValue, resource.header.name)
        let failure = resource.header.failure
        let isDeleting = resource.state.rawValue == "ERROR_DELETING"
        let needsAdministrator = isDeleting || failure?.resolvableBy == .administrator
        self.init(
            .error, isDeleting ? .errorDeleting : .resourceError, kind: Subject.kind.rawValue, id: id, name: name,
            "\(resource.state.rawValue): "
                + (failure.map { "\($0.reason): \($0.message)" } ?? "its cause is not known"),
            since: resource.header.stateSince,
            remedy: needsAdministrator ? .resolve(id) : .show(ResourceKey(resource.id)))
    }

    /// An operation that goes on only if an administrator says so.
    public init(stuck operation: Operation) {
        let cause = operation.problem.map { ": \($0.reason): \($0.message)" } ?? ""
        self.init(
            .error, .operationStuck, kind: "operation", id: operation.id.rawValue, name: operation.type,
            "stuck\(cause)", since: operation.stateSince,
            remedy: .resolve(operation.id.rawValue))
    }

    /// How long an operation may take before somebody should look at it.
    public static let overdueMilliseconds: Int64 = 30 * 60 * 1_000

    /// - Returns: nil if the operation is not overdue.
    public init?(overdue operation: Operation, at now: Timestamp) {
        let age = now.millisecondsSinceEpoch - operation.createTime.millisecondsSinceEpoch
        guard age > Self.overdueMilliseconds else { return nil }
        self.init(
            .warning, .operationOverdue, kind: "operation", id: operation.id.rawValue, name: operation.type,
            "has not ended after \(age / 60_000) minutes", since: operation.createTime,
            remedy: .show(ResourceKey(operation.id)))
    }

    public init(lost server: Server, at time: Timestamp) {
        self.init(
            .warning, .processLost, kind: Server.kind.rawValue, id: server.id.rawValue, name: server.header.name,
            "its process ended by itself and was replaced: its clients saw a power cut", since: time,
            remedy: .show(ResourceKey(server.id)))
    }

    /// Parts of the storage, as divisors, under which it is told to be low: an error and a warning.
    private static let (scarcePart, lowPart): (Int64, Int64) = (100, 20)

    /// - Returns: nil if there is room.
    public init?(_ capacity: StorageCapacity) {
        let (free, total) = (capacity.free.bytes, capacity.total.bytes)
        guard free < total / Self.lowPart else { return nil }
        self.init(
            free < total / Self.scarcePart ? .error : .warning, .storageLow, kind: "storage",
            "only \(capacity.free) of \(capacity.total) are free: delete snapshots, or enlarge the disk", since: nil,
            remedy: .listSpace)
    }

    /// - Parameter layerCount: at least one.
    public init(quarantinedLayerCount layerCount: Int, since: Timestamp?) {
        self.init(
            .warning, .quarantined, kind: ResourceKind.layer.rawValue,
            "\(layerCount) \(layerCount == 1 ? "layer is" : "layers are") in quarantine: data that nobody uses",
            since: since, remedy: .listQuarantine)
    }

    /// - Parameter work: what keeps failing, as a noun.
    public init(failing work: String, _ cause: String, since: Timestamp) {
        self.init(
            .warning, .backgroundFailing, kind: "background", name: work,
            "fails again and again (\(cause)); it is tried again, and the server's log has the details", since: since,
            remedy: .check)
    }

    /// What a check found at some time; nil: nothing that is left and worse than a notice.
    public init?(checked findings: [ConsistencyFinding], at time: Timestamp) {
        let left = findings.filter { !$0.isRepaired && $0.severity != .notice && !$0.reason.isToldByItself }
        guard let first = left.first(where: { $0.severity == .error }) ?? left.first else { return nil }
        let more = left.count == 1 ? "" : ", and \(left.count - 1) more"
        self.init(
            first.severity == .error ? .error : .warning, .checkFound, kind: first.kind, id: first.id,
            name: first.name, "the last check found \(first.reason.rawValue)\(more)", since: time,
            remedy: .check)
    }
}

extension ConsistencyFinding.Reason {
    /// Known without a check.
    fileprivate var isToldByItself: Bool {
        self == .resourceError || self == .errorDeleting || self == .operationStuck
    }
}
