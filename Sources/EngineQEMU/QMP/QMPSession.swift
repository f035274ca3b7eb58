internal import Engine
internal import Glibc

/// One conversation with the monitor of a QEMU process, which talks to one client at a time.
///
/// A session ends once: when the process closes it, or says what is not QMP. Every command that waits then fails with
/// the same error, and so does every later one. A command that is not answered in time fails alone: slow is not gone,
/// and commands are executed in their order, so whatever is answered later finds it executed.
actor QMPSession {
    private let deadline: Deadline
    private let activity: @Sendable () -> Activity
    private let executor = SharedExecutor(on: threads)
    private let descriptor: Int32
    private let onEnd: @Sendable (EngineError) -> Void

    private var reader = QMPLineReader()
    private var readBuffer = [UInt8](repeating: 0, count: 64 << 10)
    private var lastID: Int64 = 0
    private var waiting: [Int64: Waiter] = [:]
    private var watches: [Int64: Watch] = [:]
    /// Each ends when its command is answered.
    private var timers: [Int64: Task<Void, Never>] = [:]
    private var listening: Readiness.Key?
    private var ending: EngineError?

    /// For all conversations together: they read, take messages apart and send, and wait for nothing.
    private static let threads = WorkerThreads("monitors", limit: 4)

    private typealias Waiter = CheckedContinuation<Result<JSONValue, AnswerError>, Never>

    /// What the process is seen to do.
    enum Activity {
        /// A signal or a debugger has stopped it.
        case stopped
        /// It waits: for its clients, or for nothing.
        case waiting
        /// On its disk.
        case working
    }

    /// How long an answer is waited for.
    struct Deadline {
        /// From a process that does nothing for it.
        var silence: Duration
        /// From one that does.
        var work: Duration
        /// What counts as doing something.
        var workActivities: Set<Activity> = [.working]
    }

    private enum AnswerError: Error {
        case refused(QMPFailure)
        case missing(EngineError)
    }

    /// An event that is waited for, from before the command on that causes it.
    private struct Watch {
        let pattern: QMPEvent
        var hasHappened = false
        var waiter: Waiter?
    }

    /// The greeting is waited for like the answer to a command of this number.
    private static let greetingID: Int64 = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Connects and agrees on the protocol. The process must have finished starting: a client that comes earlier can
    /// hang its monitor.
    ///
    /// - Parameters:
    ///   - deadline: for every answer for which nothing else is said.
    ///   - activity: what the process does now.
    ///   - onEnd: called once when the session ends, before any command fails of it.
    /// - Throws: `.serverLost` if nobody listens, `.timeout` if nobody answers.
    static func connect(
        to path: String, deadline: Deadline, activity: @escaping @Sendable () -> Activity,
        onEnd: @escaping @Sendable (EngineError) -> Void
    ) async throws(EngineError) -> QMPSession {
        let session = QMPSession(
            descriptor: try UnixSocket.connect(to: path), deadline: deadline, activity: activity, onEnd: onEnd)
        do {
            try await session.begin()
        } catch {
            await session.end(error)
            throw error
        }
        return session
    }

    private init(
        descriptor: Int32, deadline: Deadline, activity: @escaping @Sendable () -> Activity,
        onEnd: @escaping @Sendable (EngineError) -> Void
    ) {
        self.descriptor = descriptor
        self.deadline = deadline
        self.activity = activity
        self.onEnd = onEnd
    }

    private func begin() async throws(EngineError) {
        _ = try await answer(to: Self.greetingID, named: "greeting", within: deadline) { startListening() }
        // Only with this capability is the next command read while one is executed, and reading is slow: a byte at a
        // time.
        try await execute("qmp_capabilities", ["enable": ["oob"]])
    }

    private func startListening() {
        do throws(EngineError) {
            listening = try Readiness.shared.watch(descriptor) { Task { await self.readAvailable() } }
        } catch {
            end(error)
        }
    }

    /// Executes a command.
    ///
    /// - Parameter deadline: nil: the session's.
    /// - Returns: what it returns; many return an empty object.
    /// - Throws: `.failed` or `.storageFull` with the process's words if it refuses; `.serverLost` or `.timeout` if it
    ///   did not answer, and has executed the command, or executes it later, or not at all.
    @discardableResult
    func execute(
        _ command: String, _ arguments: JSONValue = [:], within deadline: Deadline? = nil
    ) async throws(EngineError) -> JSONValue {
        lastID += 1
        let id = lastID
        guard let line = QMPCommand(name: command, arguments: arguments, id: id).line else {
            throw EngineError(.failed, "\(command) cannot be written as JSON")
        }
        return try await answer(to: id, named: command, within: deadline ?? self.deadline) { self.send(line, for: id) }
    }

    /// Executes a command and waits for the event with which its effect is complete.
    func execute(_ command: String, _ arguments: JSONValue, until event: QMPEvent) async throws(EngineError) {
        lastID += 1
        let id = lastID
        watches[id] = Watch(pattern: event)
        defer { watches[id] = nil }
        try await execute(command, arguments)
        guard watches[id]?.hasHappened == false else { return }
        let result = await withCheckedContinuation { (waiter: Waiter) in
            if let ending { return waiter.resume(returning: .failure(.missing(ending))) }
            watches[id]?.waiter = waiter
            expectAnswer(to: id, named: event.name, within: deadline)
        }
        if case .failure(.missing(let error)) = result { throw error }
    }

    /// Ends the session; the process goes on, and another client may come.
    func close() {
        end(EngineError(.serverLost, "the engine closed its connection"))
    }

    private func answer(
        to id: Int64, named name: String, within deadline: Deadline, after begin: () -> Void
    ) async throws(EngineError) -> JSONValue {
        if let ending { throw ending }
        let result = await withCheckedContinuation { (waiter: Waiter) in
            waiting[id] = waiter
            expectAnswer(to: id, named: name, within: deadline)
            begin()
        }
        switch result {
        case .success(let value): return value
        case .failure(.refused(let failure)): throw failure.error(of: name)
        case .failure(.missing(let error)): throw error
        }
    }

    /// Lets what waits for an answer fail when the time is over.
    private func expectAnswer(to id: Int64, named name: String, within deadline: Deadline) {
        let begin = ContinuousClock.now
        look(at: id, after: min(deadline.silence, deadline.work)) { session in
            session.giveUpOrWait(for: id, named: name, since: begin, deadline)
        }
    }

    private func giveUpOrWait(
        for id: Int64, named name: String, since begin: ContinuousClock.Instant, _ deadline: Deadline
    ) {
        guard waiting[id] != nil || watches[id]?.waiter != nil else { return }
        let left = deadline.work - begin.duration(to: .now)
        if left > .zero, deadline.workActivities.contains(activity()) {
            look(at: id, after: min(left, deadline.silence)) { session in
                session.giveUpOrWait(for: id, named: name, since: begin, deadline)
            }
            return
        }
        fail(id, EngineError(.timeout, "the process did not answer \(name) in time"))
    }

    private func look(at id: Int64, after pause: Duration, _ body: @escaping @Sendable (isolated QMPSession) -> Void) {
        timers[id] = Task { [weak self] in
            guard (try? await Task.sleep(for: pause)) != nil, let self else { return }
            await body(self)
        }
    }

    /// Fails one command, whose answer is read over if it still comes.
    private func fail(_ id: Int64, _ error: EngineError) {
        resume(id, .failure(.missing(error)))
        watches[id]?.waiter?.resume(returning: .failure(.missing(error)))
        watches[id]?.waiter = nil
    }

    private func send(_ line: [UInt8], for id: Int64) {
        switch UnixSocket.write(line, to: descriptor) {
        case .taken: break
        // It reads nothing, and has enough to read.
        case .full: fail(id, EngineError(.timeout, "the process takes no more commands"))
        case .ended: end(EngineError(.serverLost, "the process takes no more commands"))
        }
    }

    /// Takes what is there, but not more than fits: then it is the others' turn.
    private func readAvailable() {
        guard ending == nil, let listening else { return }
        switch UnixSocket.read(descriptor, into: &readBuffer) {
        case .nothingYet: break
        case .end: return end(EngineError(.serverLost, "the process closed its monitor"))
        case .bytes(let bytes):
            do throws(EngineError) {
                for message in try reader.receive(bytes) { handle(message) }
            } catch {
                return end(error)
            }
        }
        do throws(EngineError) {
            try Readiness.shared.watchAgain(listening, descriptor)
        } catch {
            end(error)
        }
    }

    private func handle(_ message: QMPMessage) {
        switch message {
        case .greeting: resume(Self.greetingID, .success([:]))
        case .result(let id, let value): resume(id, .success(value))
        case .failure(let id, let failure): resume(id, .failure(.refused(failure)))
        case .event(let event): handle(event)
        }
    }

    private func resume(_ id: Int64, _ result: Result<JSONValue, AnswerError>) {
        timers.removeValue(forKey: id)?.cancel()
        waiting.removeValue(forKey: id)?.resume(returning: result)
    }

    private func handle(_ event: QMPEvent) {
        for (id, watch) in watches where event.matches(watch.pattern) {
            watches[id]?.hasHappened = true
            watches[id]?.waiter = nil
            timers.removeValue(forKey: id)?.cancel()
            watch.waiter?.resume(returning: .success([:]))
        }
    }

    private func end(_ error: EngineError) {
        guard ending == nil else { return }
        ending = error
        if let listening { Readiness.shared.forget(listening, descriptor) }
        Glibc.close(descriptor)
        for timer in timers.values { timer.cancel() }
        timers = [:]
        onEnd(error)
        for waiter in waiting.values { waiter.resume(returning: .failure(.missing(error))) }
        waiting = [:]
        for id in watches.keys {
            watches[id]?.waiter?.resume(returning: .failure(.missing(error)))
            watches[id]?.waiter = nil
        }
    }
}
