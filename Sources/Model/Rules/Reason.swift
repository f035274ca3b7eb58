/// Reason codes of refusals: promises to scripts.
public enum Reason: String, Hashable, Sendable, Codable, CaseIterable {
    // The request is wrong whatever the state.
    case invalidArgument = "INVALID_ARGUMENT"
    case invalidName = "INVALID_NAME"
    case invalidSize = "INVALID_SIZE"
    case ambiguousName = "AMBIGUOUS_NAME"
    case requestIDReused = "REQUEST_ID_REUSED"
    case compacted = "COMPACTED"
    case unsupported = "UNSUPPORTED"

    // There is another one already.
    case nameTaken = "NAME_TAKEN"

    // There is no such thing.
    case notFound = "NOT_FOUND"

    // The state forbids it.
    case volumeHasSnapshots = "VOLUME_HAS_SNAPSHOTS"
    case volumeAttached = "VOLUME_ATTACHED"
    case volumeNotAttached = "VOLUME_NOT_ATTACHED"
    case volumeHasClients = "VOLUME_HAS_CLIENTS"
    case serverRunning = "SERVER_RUNNING"
    case serverNotRunning = "SERVER_NOT_RUNNING"
    case serverFull = "SERVER_FULL"
    case snapshotOwned = "SNAPSHOT_OWNED_BY_SERVER_SNAPSHOT"
    case serverSnapshotInUse = "SERVER_SNAPSHOT_IN_USE_BY_AUTOSCALE"
    case serverHasSchedule = "SERVER_HAS_SCHEDULE"
    case serverInGroup = "SERVER_IN_AUTOSCALE_GROUP"
    case deletionProtected = "DELETION_PROTECTED"
    case adminRequired = "ADMIN_REQUIRED"
    case consistencyNotMet = "CONSISTENCY_NOT_MET"
    case chainTooDeep = "CHAIN_TOO_DEEP"
    case stateForbids = "STATE_FORBIDS"
    case operationNotCancellable = "OPERATION_NOT_CANCELLABLE"
    /// It could not be found out whether the state allows it; nothing was done.
    case unknownState = "UNKNOWN_STATE"

    // The state moved, or moves just now.
    case resourceBusy = "RESOURCE_BUSY"
    case etagMismatch = "ETAG_MISMATCH"
    case planStale = "PLAN_STALE"

    // The caller may not.
    case consentRequired = "CONSENT_REQUIRED"
    case consentInvalid = "CONSENT_INVALID"

    // There is no room.
    case quotaExceeded = "QUOTA_EXCEEDED"
    case storageFull = "STORAGE_FULL"
    case overloaded = "OVERLOADED"

    // What should work does not.
    case serverLost = "SERVER_LOST"
    case engineTimeout = "ENGINE_TIMEOUT"
    case engineFailed = "ENGINE_FAILED"
    case dataDamaged = "DATA_DAMAGED"
    case storeFailed = "STORE_FAILED"
    case `internal` = "INTERNAL"
}
