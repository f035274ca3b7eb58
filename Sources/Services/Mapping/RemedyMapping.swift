internal import HoldpointMessages
internal import HoldpointRPC
internal import Model

/// Remedies as callers get them: a sentence, the call with its request, and the line that people type for it.
extension HoldpointRPC.Remedy {
    init(_ remedy: Model.Remedy) {
        self = RemedyText(remedy).message
    }
}

/// A remedy in words.
struct RemedyText {
    /// Runs as it stands.
    let command: String
    private let purpose: String
    /// Full name.
    private let method: String
    /// Of the request: names, and values as JSON.
    private let fields: [(name: String, value: String)]
    private let written: WrittenRemedy?

    init(_ remedy: Model.Remedy) {
        switch remedy {
        case .delete(let key, let name):
            self.init(
                "delete \(key.kind.words) \(ResourceName.readable(name))", key.kind.method("Delete"),
                [(key.kind.field, text(key.id))], "\(key.kind.rawValue) delete \(key.id)")
        case .unprotect(let key):
            self.init(
                "turn deletion protection off", key.kind.method("Update"),
                [
                    ("\(key.kind.field)Id", text(key.id)), (key.kind.field, "{\"deletionProtection\":false}"),
                    ("updateMask", text("deletionProtection")),
                ], "\(key.kind.rawValue) update \(key.id) --no-protect")
        case .show(let key):
            self.init(
                "see \(key.kind.words) \(key.id)", key.kind.method("Get"), [(key.kind.field, text(key.id))],
                "\(key.kind.rawValue) show \(key.id)")
        case .detach(let id, let name):
            self.init("detach volume \(name)", volume: id, VolumeServiceMethods.detachVolume.name, [], "detach \(id)")
        case .disconnect(let id, let name):
            self.init(
                disconnecting(name), volume: id, VolumeServiceMethods.detachVolume.name, [("force", "true")],
                "detach \(id) --force")
        case .resize(let id, let name, let size):
            self.init(
                disconnecting(name), volume: id, VolumeServiceMethods.resizeVolume.name,
                [("sizeBytes", text("\(size.bytes)")), ("force", "true")],
                "resize \(id) --size \(size.exact) --force")
        case .stop(let id, let name):
            self.init(
                "stop server \(name)", ServerServiceMethods.stopServer.name, [("server", text(id.rawValue))],
                "server stop \(id)")
        case .cutOff(let id, let name):
            self.init(
                disconnecting(name), ServerServiceMethods.stopServer.name,
                [("server", text(id.rawValue)), ("force", "true")], "server stop \(id) --force")
        case .revert(let revert): self.init(revert)
        case .wait(let id, let name):
            self.init(
                "wait for the operation that is changing \(name)", OperationServiceMethods.waitOperation.name,
                [("operation", text(id.rawValue))], "operation wait \(id)")
        case .resolve(let id):
            self.init(
                "an administrator tries again, restores or abandons it", AdminServiceMethods.resolveFailure.name,
                [("resource", text(id)), ("action", text("RETRY"))], "admin resolve \(id) --retry")
        case .plan(let id):
            self.init(
                "look at the plan as it is now", PlanServiceMethods.planDelete.name, [("resource", text(id))],
                "plan delete \(id)")
        case .listSnapshots(let volume?):
            self.init(
                "see its snapshots", SnapshotServiceMethods.listSnapshots.name, [("volume", text(volume.rawValue))],
                "snapshot list --volume \(volume)")
        case .listSnapshots(nil):
            self.init(
                "see server snapshots", ServerSnapshotServiceMethods.listServerSnapshots.name, [],
                "server-snapshot list")
        case .listQuarantine:
            self.init(
                "see what is in quarantine", AdminServiceMethods.listQuarantine.name, [], "admin quarantine list")
        case .listSpace: self.init("see what takes space", PlanServiceMethods.listSpace.name, [], "space")
        case .check: self.init("check again", AdminServiceMethods.checkConsistency.name, [], "admin check")
        case .written(let written): self.init(written)
        }
    }

    var message: HoldpointRPC.Remedy {
        let json = fields.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ",")
        return HoldpointRPC.Remedy(
            description: purpose, method: method, requestJson: written?.requestJSON ?? "{\(json)}", command: command)
    }
}

extension RemedyText {
    private init(
        _ purpose: String, _ method: String, _ fields: [(name: String, value: String)], _ line: String
    ) {
        (self.purpose, self.method, self.fields, written) = (purpose, method, fields, nil)
        command = "holdpoint \(line)"
    }

    /// About a volume.
    private init(
        _ purpose: String, volume: VolumeID, _ method: String, _ more: [(name: String, value: String)],
        _ verb: String
    ) {
        self.init(purpose, method, [("volume", text(volume.rawValue))] + more, "volume \(verb)")
    }

    private init(_ revert: Model.Remedy.ServerRevert) {
        let ids = revert.leaveOut.map(\.rawValue)
        let flags = [("restart", revert.restart), ("force", revert.force)].filter(\.1).map(\.0)
        let line =
            ["server revert \(revert.server) --server-snapshot \(revert.serverSnapshot)"]
            + flags.map { "--\($0)" } + ids.map { "--leave-out \($0)" }
        self.init(
            revert.purpose, ServerServiceMethods.revertServer.name,
            [("server", text(revert.server.rawValue)), ("serverSnapshot", text(revert.serverSnapshot.rawValue))]
                + flags.map { ($0, "true") }
                + (ids.isEmpty ? [] : [("leaveOut", "[\(ids.map(text).joined(separator: ","))]")]),
            line.joined(separator: " "))
    }

    private init(_ written: WrittenRemedy) {
        (purpose, method, fields, command) = (written.description, written.method, [], written.command)
        self.written = written
    }
}

/// JSON of a text that has nothing to escape: ids.
private func text(_ id: String) -> String { "\"\(id)\"" }

private func disconnecting(_ name: String) -> String { "disconnect the NBD clients of \(name), or cut them off" }

extension ResourceKind {
    /// `ServerSnapshot`: as the names of its service and of that one's methods have it.
    private var noun: String {
        rawValue.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// The full name of the method that does something with one of the kind.
    fileprivate func method(_ verb: String) -> String { "holdpoint.v1.\(noun)Service/\(verb)\(noun)" }

    /// Of requests that name one of the kind, as JSON has it: `serverSnapshot`.
    fileprivate var field: String { noun.prefix(1).lowercased() + noun.dropFirst() }
}
