import Foundation
import Logging
import Model
import Store
import StoreSQLite
import Synchronization
import Testing

@testable import Access

/// Stored passwords over a real store, with hashes that cost nothing.
private final class Bench: Sendable {
    static let weak = ScryptParameters(checking: 4, blockSize: 1, parallelism: 1)
    static let stronger = ScryptParameters(checking: 5, blockSize: 1, parallelism: 1)
    static let author = ChangeAuthor(principal: "admin", source: "unix:0")

    let store: SQLiteStore
    let threads = HashThreads()
    let removals = Mutex<[String]>([])
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "holdpoint-access-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        store = try SQLiteStore(
            path: folder + "/metadata.sqlite", migrations: Schema.migrations, reserveBytes: 0, logger: Self.silence,
            onUnusable: { _ in })
    }

    deinit {
        store.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    static let silence = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// As after a start.
    func passwords(_ parameters: ScryptParameters? = Bench.weak) throws -> StoredPasswords {
        StoredPasswords(
            store: store, threads: threads, parameters: try #require(parameters),
            clock: { Timestamp(millisecondsSinceEpoch: 1_000) }, logger: Self.silence,
            removeClearText: { principal in self.removals.withLock { $0.append(principal) } })
    }

    func hash() async throws -> String? {
        try await store.read { try $0.passwordHash(of: "admin") }
    }
}

@Suite(.timeLimit(.minutes(1))) struct StoredPasswordTests {
    private let bench: Bench

    init() throws {
        bench = try Bench()
    }

    @Test func holdsAfterARestart() async throws {
        let passwords = try bench.passwords()
        #expect(try await !passwords.hasPassword("admin"))
        #expect(try await !passwords.isPassword(Password("open sesame"), of: "admin"))
        try await passwords.setPassword(Password("open sesame"), of: "admin", by: Bench.author)
        for passwords in [passwords, try bench.passwords()] {
            #expect(try await passwords.hasPassword("admin"))
            for _ in 1...2 {
                #expect(try await passwords.isPassword(Password("open sesame"), of: "admin"))
                #expect(try await !passwords.isPassword(Password("guess"), of: "admin"))
                #expect(try await !passwords.isPassword(Password(""), of: "admin"))
                #expect(try await !passwords.isPassword(Password("open sesame"), of: "nobody"))
            }
        }
        #expect(try await bench.hash()?.contains("sesame") == false)
    }

    /// The old one is forgotten, also where it was remembered, and its clear text is removed first.
    @Test func anotherPasswordReplacesIt() async throws {
        let passwords = try bench.passwords()
        try await passwords.setPassword(Password("open sesame"), of: "admin", by: Bench.author)
        #expect(try await passwords.isPassword(Password("open sesame"), of: "admin"))
        try await passwords.setPassword(Password("close sesame"), of: "admin", by: Bench.author)
        #expect(try await !passwords.isPassword(Password("open sesame"), of: "admin"))
        #expect(try await passwords.isPassword(Password("close sesame"), of: "admin"))
        #expect(bench.removals.withLock { $0 } == ["admin", "admin"])
    }

    /// Who, from where, and whose; never what.
    @Test func aChangeIsAnEvent() async throws {
        let project = Project(id: ProjectID(stored: "prj-aaaaaaaaaaaa"), name: Project.defaultName)
        try await bench.store.write { try $0.insert(project) }
        try await bench.passwords().setPassword(Password("open sesame"), of: "admin", by: Bench.author)
        let events = try await bench.store.read {
            try $0.events(after: 0, project: project.id, of: StoredKinds([]), limit: 10)
        }
        let event = try #require(events.first)
        #expect(events.count == 1 && event.kind == "user" && event.action == "updated")
        #expect(event.resourceID == "admin" && event.author == Bench.author && event.resource == nil)
    }

    @Test func whatCannotBeRemovedIsNotReplaced() async throws {
        try await bench.passwords().setPassword(Password("open sesame"), of: "admin", by: Bench.author)
        struct ReadOnly: Error {}
        let stuck = StoredPasswords(
            store: bench.store, threads: bench.threads, parameters: try #require(Bench.weak),
            clock: { Timestamp(millisecondsSinceEpoch: 1_000) }, logger: Bench.silence,
            removeClearText: { _ in throw ReadOnly() })
        await #expect(throws: ReadOnly.self) {
            try await stuck.setPassword(Password("close sesame"), of: "admin", by: Bench.author)
        }
        #expect(try await stuck.isPassword(Password("open sesame"), of: "admin"))
    }

    /// With other parameters, by a right password only.
    @Test func isHashedAnew() async throws {
        try await bench.passwords().setPassword(Password("open sesame"), of: "admin", by: Bench.author)
        let stronger = try bench.passwords(Bench.stronger)
        #expect(try await !stronger.isPassword(Password("guess"), of: "admin"))
        #expect(try await bench.hash()?.hasPrefix("$scrypt$ln=4,") == true)
        #expect(try await stronger.isPassword(Password("open sesame"), of: "admin"))
        #expect(try await bench.hash()?.hasPrefix("$scrypt$ln=5,") == true)
        #expect(try await bench.passwords().isPassword(Password("open sesame"), of: "admin"))
    }

    /// A file's value becomes the password, and what is waited for is that.
    @Test func aFilesValueIsAdopted() async throws {
        let first = try bench.passwords()
        first.adopt(Password("from the file"), of: "admin")
        #expect(try await first.isPassword(Password("from the file"), of: "admin"))
        let hash = try await bench.hash()

        let second = try bench.passwords()
        second.adopt(Password("from the file"), of: "admin")
        #expect(try await second.isPassword(Password("from the file"), of: "admin"))
        #expect(try await bench.hash() == hash)

        let third = try bench.passwords()
        third.adopt(Password("a new value"), of: "admin")
        #expect(try await !third.isPassword(Password("from the file"), of: "admin"))
        #expect(try await third.isPassword(Password("a new value"), of: "admin"))
        #expect(bench.removals.withLock { $0 }.isEmpty)
    }

    /// The way out of a damaged row is the file, too.
    @Test func aDamagedHashMatchesNothingUntilTheFileReplacesIt() async throws {
        try await bench.store.write {
            try $0.setPasswordHash(
                "$scrypt$ln=31,r=8,p=1$AAAA$AAAA", of: "admin", by: nil, at: Timestamp(millisecondsSinceEpoch: 1))
        }
        let passwords = try bench.passwords()
        #expect(try await !passwords.isPassword(Password("open sesame"), of: "admin"))
        passwords.adopt(Password("open sesame"), of: "admin")
        #expect(try await passwords.isPassword(Password("open sesame"), of: "admin"))
    }
}

@Suite(.timeLimit(.minutes(1))) struct HashThreadTests {
    @Test func twoRunAtOnceAndTheQueueIsBounded() async throws {
        let (threads, gate, seen) = (HashThreads(), Gate(), Seen())
        try await withThrowingTaskGroup(of: Refusal?.self) { group in
            func add(_ count: Int) {
                for _ in 1...count { group.addTask { try await work(on: threads, gate, seen) } }
            }
            add(HashThreads.threadCount)
            while seen.running < HashThreads.threadCount { try await Task.sleep(for: .milliseconds(1)) }
            add(HashThreads.longestQueue + 10)
            for _ in 1...10 { #expect(try await group.next()??.reason == .overloaded) }
            gate.open()
            for try await refusal in group { #expect(refusal == nil) }
        }
        #expect(seen.most == HashThreads.threadCount)
        // By themselves: a thread may run before Foundation has given it its name.
        #expect(seen.threads.count == HashThreads.threadCount)
    }

    private func work(on threads: HashThreads, _ gate: Gate, _ seen: Seen) async throws -> Refusal? {
        do {
            try await threads.run {
                seen.begin()
                gate.wait()
                seen.end()
            }
            return nil
        } catch let refusal as Refusal {
            return refusal
        }
    }

    private final class Seen: Sendable {
        private let state = Mutex((running: 0, most: 0, threads: Set<pthread_t>()))

        var running: Int { state.withLock { $0.running } }
        var most: Int { state.withLock { $0.most } }
        var threads: Set<pthread_t> { state.withLock { $0.threads } }

        func begin() {
            state.withLock { state in
                state.running += 1
                state.most = max(state.most, state.running)
                state.threads.insert(pthread_self())
            }
        }

        func end() {
            state.withLock { $0.running -= 1 }
        }
    }

    /// Holds threads until it is opened.
    private final class Gate: @unchecked Sendable {
        // Unchecked: touched with the condition's lock held only.
        private let condition = NSCondition()
        private var isOpen = false

        func wait() {
            condition.withLock { while !isOpen { condition.wait() } }
        }

        func open() {
            condition.withLock {
                isOpen = true
                condition.broadcast()
            }
        }
    }
}
