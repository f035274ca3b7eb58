extension Server: Deletable {
    public static var deleting: State { .deleting }
    public static var errorDeleting: State { .errorDeleting }

    public var relations: [Relation] { [] }

    /// Its volumes are detached and kept, or go after it; a virtual machine is stopped first.
    public func walk(_ walk: inout DeletionWalk, _ cause: DeletionWalk.Cause) {
        let volumes = walk.index.attached(to: key).compactMap { $0 as? Volume }
        for volume in volumes {
            walk.noteClients(of: volume, remedy: .cutOff(self))
            walk.note(volume, onlyBusy: true)
        }
        walk.visitHanging(on: self)
        if walk.scope.deletesVolumes { for volume in volumes { walk.visitHanging(on: volume) } }
        // An external server has no power switch: what counts is who is connected.
        if serverKind == .vm, state == .running {
            walk.append(
                .stop, self, .init(.serverRunning, requiredBy: id.rawValue),
                loses: "what the virtual machine holds in memory")
        }
        guard walk.scope.deletesVolumes else {
            return walk.delete(
                self, cause, loses: "the server's configuration; its volumes are detached and kept")
        }
        walk.delete(self, cause, loses: "the server's configuration")
        for volume in volumes where walk.take(volume) {
            walk.delete(volume, .init(nil, requiredBy: id.rawValue), loses: volume.lossOfDeletion)
        }
    }
}
