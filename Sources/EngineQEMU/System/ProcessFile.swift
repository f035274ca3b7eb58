internal import CLinux
internal import Engine
internal import Glibc

/// What the kernel tells of a process in files, proc(5). A process that is gone has none; anything else that keeps them
/// from being read leaves the question open. Calls block.
enum ProcessFile {
    /// Longest file that is looked into, in bytes.
    private static let limitBytes = 64 << 10
    /// States of a process that was stopped by a signal or a debugger.
    private static let stopped: Set<Character> = ["T", "t"]

    /// Every process that there is.
    static func allIDs() throws(EngineError) -> [pid_t] {
        try unlessUnknown("which processes run") { () throws(EngineError) in
            try Files.names(in: "/proc").compactMap { pid_t($0) }
        }
    }

    /// - Returns: nil: the process is gone; empty: it is ending, or a part of the kernel.
    static func arguments(of process: pid_t) throws(EngineError) -> [String]? {
        try content("cmdline", of: process).map { $0.split(separator: 0).map { String(decoding: $0, as: UTF8.self) } }
    }

    /// - Returns: nil: the process is gone.
    static func status(of process: pid_t) throws(EngineError) -> [Substring]? {
        try content("status", of: process).map { String(decoding: $0, as: UTF8.self).split(separator: "\n") }
    }

    /// Where a process works: its folder, whatever its path is now.
    ///
    /// - Returns: nil: the process is gone, or lets go of its files.
    static func workingFolder(of process: pid_t) throws(EngineError) -> FileIdentity? {
        var status = stat()
        if stat("/proc/\(process)/cwd", &status) == 0 { return FileIdentity(status) }
        let code = errno
        // Another user's process is none of ours.
        let isAnothers = code == EACCES && stat("/proc/\(process)", &status) == 0 && status.st_uid != geteuid()
        guard code == ENOENT || code == ESRCH || isAnothers else {
            throw .unknown("where process \(process) works", code: code)
        }
        return nil
    }

    /// Whether a signal or a debugger has stopped it. Where that cannot be seen it has not.
    static func isStopped(_ process: pid_t) -> Bool { state(of: process).map(stopped.contains) == true }

    /// The letter of its state; nil if it cannot be read.
    static func state(of process: pid_t) -> Character? {
        guard let bytes = try? content("stat", of: process) else { return nil }
        // The name before it may hold anything but ends with the last parenthesis.
        return String(decoding: bytes, as: UTF8.self).split(separator: ")").last?.dropFirst().first
    }

    /// How long ago it was started; nil if that cannot be read: it is gone.
    static func age(of process: pid_t) -> Duration? {
        guard let bytes = try? content("stat", of: process) else { return nil }
        // The 22nd field, counted from the state, which is the third and follows the name.
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > startTimeIndex, let start = Int64(fields[startTimeIndex]) else { return nil }
        var now = timespec()
        let ticksPerSecond = Int64(sysconf(Int32(_SC_CLK_TCK)))
        guard clock_gettime(CLOCK_BOOTTIME, &now) == 0, ticksPerSecond > 0 else { return nil }
        return .seconds(Int64(now.tv_sec) - start / ticksPerSecond)
    }

    private static let startTimeIndex = 19

    /// How often its main thread has gone to sleep: another number says that something woke it; nil if it cannot be
    /// read.
    static func sleepCount(of process: pid_t) -> Int64? {
        let prefix = "voluntary_ctxt_switches:"
        guard let lines = try? status(of: process), let line = lines.first(where: { $0.hasPrefix(prefix) }) else {
            return nil
        }
        return Int64(line.dropFirst(prefix.count).drop { $0.isWhitespace })
    }

    static func commandName(of process: pid_t) -> String {
        let bytes = (try? content("comm", of: process)) ?? []
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// What a process is seen to do. Where that cannot be seen it counts as waiting.
    static func activity(of process: pid_t) -> QMPSession.Activity {
        if isStopped(process) { return .stopped }
        return worksOnDisk(process) == true ? .working : .waiting
    }

    /// Whether any thread but the main one is in a system call that is no waiting.
    ///
    /// - Returns: nil if that cannot be seen.
    static func worksOnDisk(_ process: pid_t) -> Bool? {
        guard let threads = try? Files.names(in: "/proc/\(process)/task").compactMap({ pid_t($0) }) else { return nil }
        for thread in threads where thread != process {
            let works = linux_thread_works(process, thread)
            if works > 0 { return true }
            // A thread that ended meanwhile works no more.
            if works < 0, works != -ENOENT, works != -ESRCH { return nil }
        }
        return false
    }

    private static func content(_ name: String, of process: pid_t) throws(EngineError) -> [UInt8]? {
        assertMayWait()
        let path = "/proc/\(process)/\(name)"
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ESRCH { return nil }
            throw .unknown("what process \(process) is", code: errno)
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limitBytes)
        var length = 0
        while length < limitBytes {
            let count = bytes.withUnsafeMutableBytes { buffer in
                read(descriptor, buffer.baseAddress.map { $0 + length }, limitBytes - length)
            }
            if count < 0, errno == ESRCH { return nil }
            guard count >= 0 else { throw .unknown("what process \(process) is", code: errno) }
            if count == 0 { break }
            length += count
        }
        return Array(bytes.prefix(length))
    }

    private static func unlessUnknown<Value>(
        _ question: String, _ body: () throws(EngineError) -> Value
    ) throws(EngineError) -> Value {
        do {
            return try body()
        } catch {
            throw EngineError(.unknown, "it cannot be found out \(question): \(error.message)")
        }
    }
}

/// What a file is, by whatever path it is reached.
struct FileIdentity: Hashable {
    private let device: dev_t
    private let inode: ino_t

    init(_ status: stat) {
        device = status.st_dev
        inode = status.st_ino
    }
}
