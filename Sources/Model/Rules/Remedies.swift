/// The calls that clear blockers. Each command runs as it is printed.
extension Refusal.Remedy {
    static func make(
        _ description: String, _ service: String, _ method: String, _ fields: [(String, String)], _ command: String
    ) -> Refusal.Remedy {
        let json = fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",")
        return Refusal.Remedy(
            description: description, method: "holdpoint.v1.\(service)/\(method)", requestJSON: "{\(json)}",
            command: "holdpoint \(command)")
    }

    /// JSON of a text that has nothing to escape: ids.
    private static func text(_ id: String) -> String { "\"\(id)\"" }

    /// Deletes a resource; its consent is asked for at the terminal.
    static func delete(_ kind: ResourceKind, id: String, name: String) -> Refusal.Remedy {
        let (service, method, field) = names(of: kind)
        return make(
            "delete \(kind.words) \(ResourceName.readable(name))", service, "Delete\(method)", [(field, text(id))],
            "\(kind.rawValue) delete \(id)")
    }

    public static func detach(_ volume: Volume) -> Refusal.Remedy {
        detach(volume.id.rawValue, name: volume.header.name)
    }

    static func detach(_ id: String, name: String) -> Refusal.Remedy {
        make(
            "detach volume \(name)", "VolumeService", "DetachVolume", [("volume", text(id))], "volume detach \(id)")
    }

    public static func planAgain(_ id: String) -> Refusal.Remedy {
        make(
            "look at the plan as it is now", "PlanService", "PlanDelete", [("resource", text(id))], "plan delete \(id)")
    }

    /// What there is to delete first: of a volume its own snapshots, otherwise server snapshots, which take theirs
    /// along.
    static func listSnapshots(_ target: DeletionTarget) -> Refusal.Remedy {
        guard case .volume(let id) = target else {
            return make(
                "see server snapshots", "ServerSnapshotService", "ListServerSnapshots", [], "server-snapshot list")
        }
        return make(
            "see its snapshots", "SnapshotService", "ListSnapshots", [("volume", text(id.rawValue))],
            "snapshot list --volume \(id)")
    }

    public static let listQuarantine = make(
        "see what is in quarantine", "AdminService", "ListQuarantine", [], "admin quarantine list")

    static func waitFor(_ operation: OperationID, reason: String) -> Refusal.Remedy {
        make(
            reason, "OperationService", "WaitOperation", [("operation", text(operation.rawValue))],
            "operation wait \(operation.rawValue)")
    }

    static func unprotect(_ kind: ResourceKind, _ id: String) -> Refusal.Remedy {
        let (service, method, field) = names(of: kind)
        return make(
            "turn deletion protection off", service, "Update\(method)",
            [
                ("\(field)Id", text(id)), (field, "{\"deletionProtection\":false}"),
                ("updateMask", text("deletionProtection")),
            ],
            "\(kind.rawValue) update \(id) --no-protect")
    }

    /// - Parameter id: of a resource or of a stuck operation.
    public static func resolve(_ id: String) -> Refusal.Remedy {
        make(
            "an administrator tries again, restores or abandons it", "AdminService", "ResolveFailure",
            [("resource", text(id)), ("action", text("RETRY"))], "admin resolve \(id) --retry")
    }

    static func stop(_ id: String, name: String) -> Refusal.Remedy {
        make("stop server \(name)", "ServerService", "StopServer", [("server", text(id))], "server stop \(id)")
    }

    public static func stop(_ server: Server) -> Refusal.Remedy { stop(server.id.rawValue, name: server.header.name) }

    /// - Parameters:
    ///   - force: its clients are cut off for it.
    ///   - volumes: those to be left out.
    public static func revert(
        _ server: Server, to snapshot: ServerSnapshot, _ description: String, restart: Bool, force: Bool = false,
        leavingOut volumes: [VolumeID]
    ) -> Refusal.Remedy {
        let ids = volumes.map(\.rawValue)
        let fields =
            [("server", text(server.id.rawValue)), ("serverSnapshot", text(snapshot.id.rawValue))]
            + (restart ? [("restart", "true")] : []) + (force ? [("force", "true")] : [])
            + (ids.isEmpty ? [] : [("leaveOut", "[\(ids.map(text).joined(separator: ","))]")])
        let words =
            ["server revert \(server.id) --server-snapshot \(snapshot.id)"] + (restart ? ["--restart"] : [])
            + (force ? ["--force"] : []) + ids.map { "--leave-out \($0)" }
        return make(description, "ServerService", "RevertServer", fields, words.joined(separator: " "))
    }

    public static func cutOff(_ server: Server) -> Refusal.Remedy {
        make(
            "disconnect the NBD clients of \(server.header.name), or cut them off", "ServerService", "StopServer",
            [("server", text(server.id.rawValue)), ("force", "true")], "server stop \(server.id.rawValue) --force")
    }

    /// Grows a volume that clients are connected to.
    public static func resize(_ volume: Volume, to size: ByteCount) -> Refusal.Remedy {
        make(
            "disconnect the NBD clients of \(volume.header.name), or cut them off", "VolumeService", "ResizeVolume",
            [("volume", text(volume.id.rawValue)), ("sizeBytes", text("\(size.bytes)")), ("force", "true")],
            "volume resize \(volume.id.rawValue) --size \(size.exact) --force")
    }

    public static func disconnect(_ volume: Volume) -> Refusal.Remedy {
        make(
            "disconnect the NBD clients of \(volume.header.name), or cut them off", "VolumeService", "DetachVolume",
            [("volume", text(volume.id.rawValue)), ("force", "true")],
            "volume detach \(volume.id.rawValue) --force")
    }

    /// Service, noun of its methods, and the field of the reference, of a kind that can be deleted.
    private static func names(of kind: ResourceKind) -> (service: String, method: String, field: String) {
        switch kind {
        case .server: ("ServerService", "Server", "server")
        case .snapshot: ("SnapshotService", "Snapshot", "snapshot")
        case .serverSnapshot: ("ServerSnapshotService", "ServerSnapshot", "serverSnapshot")
        default: ("VolumeService", "Volume", "volume")
        }
    }
}

extension ResourceKind {
    /// For sentences: `server snapshot`.
    public var words: String {
        switch self {
        case .serverSnapshot: "server snapshot"
        case .autoscaleGroup: "autoscale group"
        default: rawValue
        }
    }
}
