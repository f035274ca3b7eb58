import Engine
import Glibc
import Synchronization
import Testing

@testable import EngineQEMU

@Suite struct QMPLineReaderTests {
    @Test func messagesComeInPieces() throws {
        let text =
            FakeMonitor.greeting + #"{"return":{"a":[1,2.5,null,true,"x"]},"id":7}"# + "\r\n"
            + #"{"event":"E","data":{"id":"d"}}"# + "\n"
        for pieceLength in [1, 3, 1000] {
            var reader = QMPLineReader()
            var messages: [QMPMessage] = []
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                messages += try reader.receive(rest.prefix(pieceLength))
                rest = rest.dropFirst(pieceLength)
            }
            let result: JSONValue = ["a": [1, .number(2.5), nil, true, "x"]]
            #expect(messages == [.greeting, .result(id: 7, result), .event(QMPEvent(name: "E", data: ["id": "d"]))])
        }
    }

    @Test(arguments: ["hello\n", "{}\n", "[]\n", "\n", "{\"return\":{}}\n", "\u{0}\n", "{\"id\":\"x\",\"return\":1}\n"])
    func whatIsNotQMPIsRefused(_ text: String) {
        var reader = QMPLineReader()
        #expect(throws: EngineError.self) { try reader.receive(Array(text.utf8)) }
    }

    @Test func deepNestingIsRefused() {
        var reader = QMPLineReader()
        let bomb = #"{"return":"# + String(repeating: "[", count: 100_000) + "\n"
        #expect(throws: EngineError.self) { try reader.receive(Array(bomb.utf8)) }
    }

    @Test func lineWithoutEndIsRefused() throws {
        var reader = QMPLineReader()
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: QMPLineReader.maximumLineByteCount)
        #expect(try reader.receive(piece).isEmpty)
        #expect(throws: EngineError.self) { try reader.receive([UInt8(ascii: "x")]) }
    }

    @Test func eventsMatchByNameAndData() {
        let event = QMPEvent(name: "E", data: ["id": "a", "more": 1])
        #expect(event.matches(QMPEvent(name: "E", data: ["id": "a"])))
        #expect(!event.matches(QMPEvent(name: "E", data: ["id": "b"])))
        #expect(!event.matches(QMPEvent(name: "F", data: ["id": "a"])))
    }
}

@Suite struct QMPSessionTests {
    /// Answers every command with an empty object, except those that a test answers itself.
    private func monitor(_ answer: @escaping @Sendable (_ command: String, _ id: String) -> String?) throws
        -> FakeMonitor
    {
        try FakeMonitor { line in
            guard let line else { return FakeMonitor.greeting }
            let id = line.components("\"id\":", until: ",}")
            let command = line.components("\"execute\":\"", until: "\"")
            if command == "qmp_capabilities" { return "{\"return\":{},\"id\":\(id)}\n" }
            return answer(command, id)
        }
    }

    private func connect(
        _ monitor: FakeMonitor, deadline: Duration = .milliseconds(200), work: Duration? = nil,
        activity: @escaping @Sendable () -> QMPSession.Activity = { .waiting },
        onEnd: @escaping @Sendable (EngineError) -> Void = { _ in }
    ) async throws -> QMPSession {
        try await QMPSession.connect(
            to: monitor.path, deadline: .init(silence: deadline, work: work ?? deadline), activity: activity,
            onEnd: onEnd)
    }

    private func failure(of session: QMPSession, _ command: String = "x") async -> EngineError? {
        do throws(EngineError) {
            try await session.execute(command)
            return nil
        } catch {
            return error
        }
    }

    @Test func answersFindTheirCommands() async throws {
        let held = Mutex("")
        let monitor = try monitor { command, id in
            // The first command's answer comes after the second's.
            if command == "first" {
                held.withLock { $0 = "{\"return\":\"first\",\"id\":\(id)}\n" }
                return ""
            }
            return "{\"return\":\"second\",\"id\":\(id)}\n" + held.withLock { $0 }
        }
        defer { monitor.stop() }
        let session = try await connect(monitor, deadline: .seconds(5))
        async let first = session.execute("first")
        #expect(try await eventually { !held.withLock { $0.isEmpty } })
        #expect(try await session.execute("second") == "second")
        #expect(try await first == "first")
        await session.close()
    }

    @Test func refusalsCarryTheProcessesWords() async throws {
        let monitor = try monitor { command, id in
            let words = command == "full" ? "Could not write: No space left on device" : "No such node"
            return "{\"error\":{\"class\":\"GenericError\",\"desc\":\"\(words)\"},\"id\":\(id)}\n"
        }
        defer { monitor.stop() }
        let session = try await connect(monitor)
        #expect(await failure(of: session) == EngineError(.failed, "x: No such node"))
        #expect(await failure(of: session, "full")?.reason == .storageFull)
        await session.close()
        #expect(await failure(of: session)?.reason == .serverLost)
    }

    @Test func eventsAreWaitedForAlsoIfTheyComeFirst() async throws {
        let monitor = try monitor { command, id in
            let event = #"{"event":"DONE","data":{"id":"a"}}"# + "\n"
            let answer = "{\"return\":{},\"id\":\(id)}\n"
            return command == "early" ? event + answer : answer + event
        }
        defer { monitor.stop() }
        let session = try await connect(monitor, deadline: .seconds(5))
        let event = QMPEvent(name: "DONE", data: ["id": "a"])
        try await session.execute("early", [:], until: event)
        try await session.execute("late", [:], until: event)
        await session.close()
    }

    @Test func missingEventIsATimeout() async throws {
        let monitor = try monitor { _, id in "{\"return\":{},\"id\":\(id)}\n" }
        defer { monitor.stop() }
        let session = try await connect(monitor)
        let error = await #expect(throws: EngineError.self) {
            try await session.execute("x", [:], until: QMPEvent(name: "DONE", data: [:]))
        }
        #expect(error?.reason == .timeout)
    }

    /// Slow is not gone: the late answer is read over, and the next command finds the session as it was.
    @Test func silenceIsATimeoutAndTheSessionGoesOn() async throws {
        let lateID = Mutex("")
        let monitor = try monitor { command, id in
            if command == "slow" {
                lateID.withLock { $0 = id }
                return ""
            }
            return "{\"return\":\"late\",\"id\":\(lateID.withLock { $0 })}\n{\"return\":\"next\",\"id\":\(id)}\n"
        }
        defer { monitor.stop() }
        let ends = Ends()
        let session = try await connect(monitor, onEnd: ends.note)
        #expect(await failure(of: session, "slow")?.reason == .timeout)
        #expect(try await session.execute("next") == "next")
        #expect(ends.reasons.isEmpty)
        await session.close()
    }

    /// A process at work on its disk has more time than a silent one.
    @Test func workIsWaitedForLongerThanSilence() async throws {
        let asked = Mutex(0)
        let monitor = try monitor { _, _ in "" }
        defer { monitor.stop() }
        let session = try await connect(
            monitor, deadline: .milliseconds(20), work: .seconds(60),
            activity: {
                asked.withLock { count in
                    count += 1
                    return count < 5 ? .working : .waiting
                }
            })
        #expect(await failure(of: session)?.reason == .timeout)
        #expect(asked.withLock { $0 } == 5)
    }

    @Test func silentGreetingIsATimeout() async throws {
        let monitor = try FakeMonitor { _ in "" }
        defer { monitor.stop() }
        let error = await #expect(throws: EngineError.self) { _ = try await connect(monitor) }
        #expect(error?.reason == .timeout)
    }

    @Test func garbageEndsTheSession() async throws {
        let monitor = try monitor { _, _ in "\u{1}garbage}{\n" }
        defer { monitor.stop() }
        let ends = Ends()
        let session = try await connect(monitor, deadline: .seconds(5), onEnd: ends.note)
        #expect(await failure(of: session)?.reason == .serverLost)
        #expect(ends.reasons == [.serverLost])
    }

    /// 300 levels once took the whole server down: they were read on the stack of the session's own thread.
    @Test(arguments: [65, 300, 100_000]) func deepNestingEndsTheSessionAlone(_ depth: Int) async throws {
        let monitor = try monitor { _, id in
            let value = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            return "{\"return\":\(value),\"id\":\(id)}\n"
        }
        defer { monitor.stop() }
        let session = try await connect(monitor, deadline: .seconds(60))
        #expect(await failure(of: session)?.reason == .serverLost)
    }

    private static let threadNames = ["monitors", "readiness"]

    /// Those that serve conversations.
    private func threadCount() throws -> Int {
        try Files.names(in: "/proc/self/task").filter { thread in
            let name = (try? Files.read("/proc/self/task/\(thread)/comm", upTo: 32)) ?? []
            return Self.threadNames.contains { Array($0.utf8) + [UInt8(ascii: "\n")] == name }
        }.count
    }

    @Test func manySessionsNeedFewThreads() async throws {
        let monitors = try (0..<60).map { _ in try monitor { _, id in "{\"return\":{},\"id\":\(id)}\n" } }
        defer { for monitor in monitors { monitor.stop() } }
        var sessions: [QMPSession] = []
        for monitor in monitors { sessions.append(try await connect(monitor, deadline: .seconds(20))) }
        try await forEachConcurrently(sessions) { session throws(EngineError) in
            for _ in 0..<20 { try await session.execute("x") }
        }
        // Four that read and one that listens, whatever other tests do.
        #expect((2...5).contains(try threadCount()))
        for session in sessions { await session.close() }
    }

    /// One sends without end, one never reads, one says nothing, one says what is not QMP.
    @Test(.timeLimit(.minutes(2))) func badMonitorsHoldUpNoOther() async throws {
        let event = "{\"event\":\"E\",\"data\":{\"x\":\"" + String(repeating: "y", count: 100_000) + "\"}}\n"
        let flood = String(repeating: event, count: 100)
        let bad = try (0..<8).map { number in
            try monitor { _, _ in
                switch number % 4 {
                case 0: flood
                case 1:
                    {
                        sleep(2)
                        return ""
                    }()
                case 2: ""
                default: "garbage\n"
                }
            }
        }
        let good = try monitor { _, id in "{\"return\":{},\"id\":\(id)}\n" }
        defer { for monitor in bad + [good] { monitor.stop() } }
        var sessions: [QMPSession] = []
        for monitor in bad { sessions.append(try await connect(monitor, deadline: .seconds(60))) }
        let asked = sessions.map { session in
            Task {
                for _ in 0..<5_000 { _ = await failure(of: session, String(repeating: "z", count: 1_000)) }
            }
        }
        let session = try await connect(good, deadline: .seconds(20))
        for _ in 0..<500 { try await session.execute("x") }
        for session in sessions + [session] { await session.close() }
        for task in asked { await task.value }
    }

    @Test func hangingUpInACommandEndsTheSession() async throws {
        let monitor = try monitor { _, _ in nil }
        defer { monitor.stop() }
        let session = try await connect(monitor, deadline: .seconds(5))
        #expect(await failure(of: session)?.reason == .serverLost)
    }

    @Test func nobodyListening() async {
        let error = await #expect(throws: EngineError.self) {
            _ = try await QMPSession.connect(
                to: "/tmp/hp-nobody.qmp", deadline: .init(silence: .seconds(1), work: .seconds(1)),
                activity: { .waiting }, onEnd: { _ in })
        }
        #expect(error?.reason == .serverLost)
    }
}

/// Collects how a session ended.
private final class Ends: Sendable {
    private let errors = Mutex<[EngineError]>([])

    var reasons: [EngineError.Reason] { errors.withLock { $0.map(\.reason) } }

    @Sendable func note(_ error: EngineError) {
        errors.withLock { $0.append(error) }
    }
}

extension String {
    /// What stands between a text and the first of some characters after it.
    fileprivate func components(_ start: String, until ends: String) -> String {
        guard let range = firstRange(of: start) else { return "" }
        return String(self[range.upperBound...].prefix { !ends.contains($0) })
    }
}
