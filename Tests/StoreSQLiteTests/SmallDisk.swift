import Foundation
import Synchronization
import Testing

/// A file system of a few MiB, gone at the end.
final class SmallDisk: Sendable {
    /// What they do with the last blocks is not the same.
    enum Kind: String, CaseIterable {
        case tmpfs
        case ext4
    }

    let folder: String
    private let image: String

    /// Whether this process may mount one; if not, the tests that need it are skipped.
    static let isPossible: Bool = (try? SmallDisk(mebibytes: 1)) != nil
    static let possibleKinds = Kind.allCases.filter { (try? SmallDisk(mebibytes: 16, $0)) != nil }

    init(mebibytes: Int, _ kind: Kind = .tmpfs) throws {
        folder = NSTemporaryDirectory() + "holdpoint-disk-\(UUID().uuidString)"
        image = folder + ".img"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let isMounted =
            switch kind {
            case .tmpfs: mount("tmpfs", folder, "tmpfs", 0, "size=\(mebibytes)m") == 0
            case .ext4: Self.mountImage(image, at: folder, mebibytes: mebibytes)
            }
        guard isMounted else {
            try? FileManager.default.removeItem(atPath: folder)
            try? FileManager.default.removeItem(atPath: image)
            throw CocoaError(.fileWriteNoPermission)
        }
    }

    deinit {
        umount2(folder, Int32(MNT_DETACH))
        try? FileManager.default.removeItem(atPath: folder)
        try? FileManager.default.removeItem(atPath: image)
    }

    private static func mountImage(_ image: String, at folder: String, mebibytes: Int) -> Bool {
        guard FileManager.default.createFile(atPath: image, contents: nil) else { return false }
        return truncate(image, off_t(mebibytes) << 20) == 0 && run("mkfs.ext4", "-q", "-F", image)
            && run("mount", "-o", "loop", image, folder)
    }

    private static func run(_ words: String...) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    var ballastPath: String { folder + "/ballast" }

    /// Fills what is free.
    func fill() {
        let descriptor = open(ballastPath, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        defer { close(descriptor) }
        let page = [UInt8](repeating: 1, count: 4096)
        while write(descriptor, page, page.count) > 0 {}
    }

    func empty() {
        unlink(ballastPath)
    }
}

/// Takes every block that gets free on a disk, as a client does that fills its volume, until it ends.
final class GreedyWriter: Sendable {
    private let ends = Atomic(false)
    private let ended = DispatchGroup()

    init(_ disk: SmallDisk) {
        ended.enter()
        Thread.detachNewThread { [self, path = disk.folder + "/greedy"] in
            let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
            let bytes = [UInt8](repeating: 1, count: 1 << 20)
            while !ends.load(ordering: .relaxed) {
                for count in [bytes.count, 4_096, 512] {
                    while !ends.load(ordering: .relaxed), write(descriptor, bytes, count) > 0 {}
                }
                usleep(200)
            }
            close(descriptor)
            unlink(path)
            ended.leave()
        }
    }

    /// Gives everything back.
    func end() {
        ends.store(true, ordering: .relaxed)
        ended.wait()
    }
}
