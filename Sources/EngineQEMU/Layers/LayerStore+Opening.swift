internal import Engine
internal import Glibc
internal import Model

/// Taking hold of the folder of the layers at the start. Calls block.
///
/// Decided here: what is deleted is renamed beside the layers, and the quarantine lies below their folder, because no
/// file system renames into another one: a disk that is mounted there takes both along. Rejected: copying across file
/// systems, which needs room exactly when there is none.
extension LayerStore {
    /// Makes the folder or takes the one that is there, removes what unfinished calls left, and learns the graph.
    ///
    /// - Throws: `.failed` with what to do if a folder is not ours, or not the one that the layers were in.
    func open() throws(EngineError) {
        try Folders.takeOwn(folder)
        do {
            try mark.require()
        } catch  where error.reason == .storageFull {
            // A full disk must not keep the start from what frees room; the next one makes the mark.
            logger.warning("the layers' folder is not marked", metadata: ["cause": "\(error)"])
        }
        if try Files.status(of: directory.quarantine) != nil { try takeQuarantine() }
        try adoptFormerFolders()
        try removeUnfinished()
        try learnGraph()
    }

    var mark: FolderMark { FolderMark(folder: folder, recordPath: directory.layersMark) }

    func takeQuarantine() throws(EngineError) {
        try Folders.takeOwn(directory.quarantine)
        guard try Files.status(of: directory.quarantine)?.st_dev == Files.status(of: folder)?.st_dev else {
            throw EngineError(
                .failed,
                "cannot use \(directory.quarantine): another file system is mounted there, and files are renamed into "
                    + "it"
            )
        }
    }

    /// Versions before 0.2 had trash and quarantine beside the layers' folder.
    private func adoptFormerFolders() throws(EngineError) {
        for former in [directory.formerTrash, directory.formerQuarantine] where try Files.status(of: former) != nil {
            try Folders.takeOwn(former)
        }
        if try Files.status(of: directory.formerTrash) != nil {
            emptyTrash(directory.formerTrash)
            rmdir(directory.formerTrash)
        }
        if try Files.status(of: directory.formerQuarantine) != nil { try moveFormerQuarantine() }
    }

    /// What cannot be moved, to another file system for instance, stays where it is: nothing is lost there.
    private func moveFormerQuarantine() throws(EngineError) {
        try takeQuarantine()
        for name in try Files.names(in: directory.formerQuarantine) {
            let destination = "\(directory.quarantine)/\(name)"
            guard try Files.status(of: destination) == nil else { continue }
            try? Files.move("\(directory.formerQuarantine)/\(name)", to: destination)
        }
        try Folders.sync(directory.quarantine)
        guard rmdir(directory.formerQuarantine) != 0 else { return }
        logger.notice("some files stay in the former quarantine", metadata: ["path": "\(directory.formerQuarantine)"])
    }

    /// What cannot be removed takes room and does no harm.
    private func emptyTrash(_ trash: String) {
        do {
            for name in try Files.names(in: trash) { tryToRemove("\(trash)/\(name)") }
        } catch {
            logger.warning("the trash is not emptied", metadata: ["cause": "\(error)"])
        }
    }

    private func removeUnfinished() throws(EngineError) {
        for name in try Files.names(in: folder) where Self.isLeftover(name) {
            tryToRemove("\(folder)/\(name)")
        }
    }

    private func tryToRemove(_ path: String) {
        do {
            try Files.remove(path)
        } catch {
            logger.warning("a file cannot be removed", metadata: ["cause": "\(error)"])
        }
    }

    /// One layer that cannot be read is no reason not to serve the others: whoever opens it says what it rests on.
    private func learnGraph() throws(EngineError) {
        for id in try all() {
            do throws(EngineError) {
                if let header = try header(of: id) { note(id, parent: Self.layer(named: header.backingName)) }
            } catch {
                logger.error("a layer cannot be read", metadata: ["layer": "\(id)", "cause": "\(error)"])
            }
        }
    }
}
