/// One thing that is not as it should be.
public struct ConsistencyFinding: Hashable, Sendable {
    public enum Severity: String, Hashable, Sendable {
        /// Worth knowing; nothing is wrong.
        case notice = "NOTICE"
        /// Something is wrong, but no data is in doubt.
        case warning = "WARNING"
        /// Data is missing, damaged or in danger.
        case error = "ERROR"
    }

    public let reason: Reason
    /// volume, layer and the like; `file` for one that is no layer, `folder` for one of the engine's, `metadata` for
    /// the store itself.
    public let kind: String
    public let id: String
    public let name: String
    /// For people: what is wrong and, where no remedy says it, what to do.
    public let message: String
    /// What helps; nil: the message says it.
    public let remedy: Remedy?
    /// The resource's revision when this was found; 0 for what has none.
    public let revision: Int64
    /// A repair put it into quarantine.
    public var isRepaired = false

    public var severity: Severity { reason.severity }

    init(
        _ reason: Reason, kind: String, id: String, name: String = "", revision: Int64 = 0, _ message: String,
        remedy: Remedy? = nil
    ) {
        self.reason = reason
        self.kind = kind
        self.id = id
        self.name = name
        self.revision = revision
        self.remedy = remedy
        // What could not be looked at is told in the engine's words.
        self.message = message.withoutFolders
    }

    init<Subject: Resource>(_ reason: Reason, _ subject: Subject, _ message: String) {
        self.init(
            reason, kind: Subject.kind.rawValue, id: subject.id.rawValue, name: subject.header.name,
            revision: subject.header.revision, "\(Subject.kind.words) \(subject.header.name) \(message)")
    }

    /// What is wrong without any file or process: `status` tells it too.
    init(_ reason: Reason, _ problem: SystemProblem, revision: Int64) {
        self.init(
            reason, kind: problem.kind, id: problem.id, name: problem.name, revision: revision,
            "\(problem.kind) \(problem.name) is \(problem.message)", remedy: problem.remedy)
    }

    /// What the store's own check told.
    public init(metadataProblem problem: String) {
        self.init(
            .metadataDamaged, kind: "metadata", id: "metadata",
            "the metadata are damaged: \(problem). Stop holdpointd, and restore them from a backup")
    }

    /// What a finding is about: a later look that finds the same of a resource that has not changed confirms it.
    public struct Subject: Hashable, Sendable {
        let reason: Reason
        let kind: String
        let id: String
        let revision: Int64

        public init(_ finding: ConsistencyFinding) {
            reason = finding.reason
            kind = finding.kind
            id = finding.id
            revision = finding.revision
        }
    }
}

extension ConsistencyFinding {
    /// Which invariant does not hold: promises to scripts.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// The store's own check found damage, or rows that refer to nothing.
        case metadataDamaged = "METADATA_DAMAGED"
        /// A remembered request names an operation that is not there.
        case requestWithoutAnswer = "REQUEST_WITHOUT_ANSWER"

        /// A layer has a row and no file.
        case layerMissing = "LAYER_MISSING"
        /// A layer's file has no whole header, is marked damaged, or its tables are broken.
        case layerDamaged = "LAYER_DAMAGED"
        /// A layer's file is there and could not be read: whether it is whole is not known.
        case layerUnreadable = "LAYER_UNREADABLE"
        /// A frozen layer's file is not as it was: something wrote it, or another file has its place.
        case layerChanged = "LAYER_CHANGED"
        /// A layer's file has no row.
        case orphanedLayer = "ORPHANED_LAYER"
        /// A file among the layers is none.
        case strayFile = "STRAY_FILE"
        /// A header names another parent than the row.
        case wrongParent = "WRONG_PARENT"
        /// Layers rest on each other in a circle.
        case layerCycle = "LAYER_CYCLE"
        case wrongDepth = "WRONG_DEPTH"
        /// A chain is longer than the engine opens.
        case chainTooDeep = "CHAIN_TOO_DEEP"
        /// A layer's file, its row and its volume or snapshot are not of one size.
        case wrongSize = "WRONG_SIZE"
        /// A layer that is frozen could be opened for writing.
        case layerNotFrozen = "LAYER_NOT_FROZEN"
        /// A volume's top bears the mark of a frozen layer: it cannot be written.
        case activeLayerFrozen = "ACTIVE_LAYER_FROZEN"
        /// Something rests on a volume's top, which is written.
        case activeLayerRestedOn = "ACTIVE_LAYER_RESTED_ON"

        /// A layer's recorded state does not fit what names it.
        case wrongLayerState = "WRONG_LAYER_STATE"
        /// The members of a server snapshot are not all there, or not of one cut.
        case memberOfAnotherCut = "MEMBER_OF_ANOTHER_CUT"
        /// A state that only an operation may keep, without one.
        case transitionWithoutOperation = "TRANSITION_WITHOUT_OPERATION"
        /// A resource is busy with an operation that has ended, or is not there.
        case operationEnded = "OPERATION_ENDED"

        /// A server that runs serves less than is attached to it.
        case serverNotServing = "SERVER_NOT_SERVING"
        /// A server serves what is not attached to it, or another layer than the volume's top.
        case wrongLayerServed = "WRONG_LAYER_SERVED"
        /// A volume or layer is served twice, or is open while it is attached to nothing.
        case secondWriter = "SECOND_WRITER"
        /// A process serves a server that is stopped or unknown.
        case strayProcess = "STRAY_PROCESS"
        /// A process that serves no server has a layer open, and may write it.
        case unknownWriter = "UNKNOWN_WRITER"
        /// A process that serves no server has a layer open for reading: nothing can delete it meanwhile.
        case unknownReader = "UNKNOWN_READER"

        /// A resource is in ERROR.
        case resourceError = "RESOURCE_ERROR"
        /// A deletion kept failing.
        case errorDeleting = "ERROR_DELETING"
        /// An operation goes on only if an administrator says so.
        case operationStuck = "OPERATION_STUCK"

        /// A folder of the engine is a link, or others can write it, or its file system is not mounted.
        case unsafeFolder = "UNSAFE_FOLDER"

        public var severity: Severity {
            switch self {
            case .wrongDepth, .chainTooDeep, .requestWithoutAnswer, .transitionWithoutOperation, .operationEnded,
                .serverNotServing, .strayProcess, .unknownReader, .resourceError, .errorDeleting, .operationStuck:
                .warning
            default: .error
            }
        }
    }
}
