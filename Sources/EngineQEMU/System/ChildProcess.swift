internal import CLinux
internal import Engine
internal import Glibc

/// Starting programs.
enum ChildProcess {
    /// Longest output of a program that is kept.
    private static let outputLimitBytes = 64 << 10

    /// Starts a program in a session of its own, so that it outlives this process.
    ///
    /// - Parameters:
    ///   - folder: where it works.
    ///   - output: where its standard output and error go.
    static func spawn(
        _ program: String, _ arguments: [String], in folder: String, output: Int32
    ) throws(EngineError) -> pid_t {
        let searchPath = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        // Messages in English are recognized by their words; nothing else of our environment is for others to read.
        let environment = ["LC_ALL=C", "PATH=\(searchPath)"]
        var processID: pid_t = 0
        let result = withCStrings([program] + arguments) { arguments in
            withCStrings(environment) { environment in
                linux_spawn(program, arguments, environment, folder, output, &processID)
            }
        }
        guard result == 0 else {
            guard -result == ENOENT, let package = packages[program] else {
                throw .system("start \(program)", code: -result)
            }
            throw EngineError(
                .failed, "cannot start \(program): it is not installed; on Debian, apt-get install \(package)",
                cause: searchPath)
        }
        return processID
    }

    /// Where the programs that an engine needs come from, on Debian 12.
    private static let packages = ["qemu-img": "qemu-utils", "qemu-storage-daemon": "qemu-system-common"]

    /// Runs a program to its end. Blocks.
    ///
    /// - Parameters:
    ///   - folder: where it works, so that it tells of files there without their paths.
    ///   - codes: exit codes that are no failure.
    /// - Returns: what it wrote.
    /// - Throws: `.failed` with its output if it ends otherwise; `.timeout`; `.unknown` if it could not be run to its
    ///   end, and has said nothing.
    static func run(
        _ program: String, _ arguments: [String], in folder: String = "/", deadline: Duration,
        accepting codes: Set<Int32> = [0]
    ) throws(EngineError) -> String {
        assertMayWait()
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw .unknown("what \(program) says", code: errno) }
        defer { close(ends[0]) }
        let processID: pid_t
        do throws(EngineError) {
            defer { close(ends[1]) }
            processID = try spawn(program, arguments, in: folder, output: ends[1])
        } catch {
            throw EngineError(.unknown, error.message)
        }
        let output = Runs.shared.during(processID) { readAll(ends[0], until: .now + deadline) }
        if output == nil { kill(processID, SIGKILL) }
        var status: Int32 = 0
        while waitpid(processID, &status, 0) < 0, errno == EINTR {}
        guard let output else { throw EngineError(.timeout, "\(program) did not end within \(deadline)") }
        // The exit code is in the second byte; the first is 0 unless a signal ended it.
        guard status & 0xFF == 0 else { throw EngineError(.unknown, "\(program) was ended by signal \(status & 0x7F)") }
        guard codes.contains(status >> 8) else { throw failure(of: program, output) }
        return output
    }

    private static func failure(of program: String, _ output: String) -> EngineError {
        let isFull = FullStorage.isMeant(by: output)
        return EngineError(
            isFull ? .storageFull : .failed, "\(program): \(output.split(separator: "\n").joined(separator: "; "))")
    }

    /// Reads until the writer closes its end.
    ///
    /// - Returns: nil if that takes too long.
    private static func readAll(_ descriptor: Int32, until deadline: ContinuousClock.Instant) -> String? {
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return nil }
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&request, 1, Int32(clamping: left.components.seconds * 1000 + 1)) > 0 else { continue }
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: output, as: UTF8.self) }
            output += buffer.prefix(min(count, outputLimitBytes - output.count))
        }
    }

    /// Lends strings to C as an array that a null pointer ends; they are freed afterwards.
    private static func withCStrings<Value>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
    ) -> Value {
        let copies = strings.map { strdup($0) } + [nil]
        defer { for copy in copies { free(copy) } }
        return copies.withUnsafeBufferPointer { buffer in
            // Never empty: the null pointer at the end is always there.
            withExtendedLifetime(copies) { body(buffer.baseAddress.unsafelyUnwrapped) }
        }
    }
}

/// How QEMU's messages say that there is no room left.
enum FullStorage {
    static func isMeant(by message: String) -> Bool {
        message.contains("No space left on device") || message.contains("Disk quota exceeded")
    }
}
