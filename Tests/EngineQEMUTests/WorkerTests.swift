import Engine
import Foundation
import Glibc
import Model
import Synchronization
import Testing

@testable import EngineQEMU

@Suite struct WorkerTests {
    /// Everybody waits until all are there, and whoever is alone does not wait for ever.
    private final class Meeting: Sendable {
        private let size: Int
        private let count = Mutex(0)
        private let complete = DispatchSemaphore(value: 0)

        init(of size: Int) {
            self.size = size
        }

        /// - Returns: whether all came.
        func attend() -> Bool {
            let isLast = count.withLock { count in
                count += 1
                return count == size
            }
            if isLast { for _ in 0..<size { complete.signal() } }
            return complete.wait(timeout: .now() + .seconds(20)) == .success
        }
    }

    /// As many as there are processors were once enough to keep everybody else waiting.
    @Test func whatBlocksKeepsNobodyWaiting() async throws {
        let meeting = Meeting(of: 40)
        try await forEachConcurrently(Array(0..<40)) { _ throws(EngineError) in
            let wasComplete = try await BlockingWork.run { meeting.attend() }
            #expect(wasComplete)
        }
    }

    @Test func programsKeepNoFileCallWaiting() async throws {
        let end = DispatchSemaphore(value: 0)
        let programs = (0..<20).map { _ in
            Task { try await BlockingWork.runProgram { end.wait(timeout: .now() + .seconds(10)) } }
        }
        try await Task.sleep(for: .milliseconds(100))
        try await BlockingWork.run {}
        for _ in programs { end.signal() }
        for program in programs { #expect(try await program.value == .success) }
    }

    @Test func theLimitHoldsAndTheOrderToo() async throws {
        for limit in [1, 3] {
            let threads = WorkerThreads("test", limit: limit)
            let state = Mutex((running: 0, most: 0, order: [Int]()))
            await withCheckedContinuation { continuation in
                for number in 0..<200 {
                    threads.run {
                        state.withLock { state in
                            state.running += 1
                            state.most = max(state.most, state.running)
                            state.order.append(number)
                        }
                        usleep(100)
                        let isLast = state.withLock { state in
                            state.running -= 1
                            return state.running == 0 && state.order.count == 200
                        }
                        if isLast { continuation.resume() }
                    }
                }
            }
            #expect(state.withLock { $0.most } == limit)
            if limit == 1 { #expect(state.withLock { $0.order } == Array(0..<200)) }
        }
    }

    /// A look's cost grows with all processes of the host, so it must not be made for each server.
    @Test func thoseWhoLookAtOnceShareALook() async throws {
        let census = Census()
        let looks = Mutex(0)
        let (begun, mayEnd) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let look = { @Sendable () throws(EngineError) -> [ServerID: ServerIdentity.Presence] in
            looks.withLock { $0 += 1 }
            begun.signal()
            mayEnd.wait()
            return [:]
        }
        let first = Task { try await census.take(look) }
        try await onThread { begun.wait() }
        // What they look for may have begun behind the first look.
        let others = (0..<50).map { _ in Task { try await census.take(look) } }
        try await Task.sleep(for: .milliseconds(100))
        for _ in 0..<51 { mayEnd.signal() }
        for task in [first] + others { _ = try await task.value }
        #expect(looks.withLock { $0 } == 2)
    }
}

@Suite struct PathTests {
    @Test func socketsOfAnyNameHaveAURI() {
        #expect(
            ExportURI.text(of: "vol-a", socket: "/a b/100%41&x=#?\u{fc}/s.nbd")
                == "nbd+unix:///vol-a?socket=/a%20b/100%2541%26x%3D%23%3F%C3%BC/s.nbd")
        #expect(ExportURI.text(of: "v", socket: "/var/lib-1_2.3~/s") == "nbd+unix:///v?socket=/var/lib-1_2.3~/s")
    }

    @Test func everyCommaIsWrittenTwice() {
        #expect(Array(ServerProcess.quoted("a,b,\u{301}c,").utf8) == Array("a,,b,,\u{301}c,,".utf8))
    }

    @Test func peopleAreToldNoPath() {
        let error = EngineError.system("open", "/srv/state/layers/lay-a.qcow2", code: EACCES)
        #expect(error.message == "cannot open lay-a.qcow2: Permission denied")
        #expect("\(error)".contains("/srv/state/layers/lay-a.qcow2"))
    }
}
