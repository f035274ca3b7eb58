import Foundation
import Synchronization

/// Puts lines on standard error by a thread of its own: whoever logs never waits, whatever becomes of the reader.
///
/// Decided here: lines wait in memory up to a limit, and are dropped beyond it, as are lines that cannot be written (a
/// closed stream, a full disk, a reader that has gone). Dropped lines are counted, and the count is written in their
/// place as soon as writing works again. The stream stays as it is: making it non-blocking would change it for
/// everybody who shares it, a shell for instance. A thread that is stuck in a write ends with the process.
final class LogWriter: Sendable {
    static let standardError = LogWriter(STDERR_FILENO)

    /// Bytes of lines that wait at most; as many again may be being written.
    private static let waitingLimitBytes = 1 << 20

    fileprivate enum Entry {
        case line([UInt8])
        /// Somebody wants to know when all before it is written, or dropped.
        case mark(DispatchSemaphore)
    }

    fileprivate struct State {
        var entries: [Entry] = []
        var byteCount = 0
        /// Lines that came after all entries, and found no room.
        var droppedCount = 0
        /// The thread has been woken for what is here.
        var isAnnounced = false
    }

    private let state = Mutex(State())
    private let format = Mutex(LogFormat.text)
    private let work = DispatchSemaphore(value: 0)

    private init(_ descriptor: Int32) {
        let thread = Thread { [self] in
            var stream = LineStream(descriptor)
            while true { writeNext(to: &stream) }
        }
        thread.name = "log"
        thread.start()
    }

    /// The form of the line that tells of dropped ones.
    func use(_ format: LogFormat) {
        self.format.withLock { $0 = format }
    }

    /// A line that may be dropped.
    func log(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        change { state in
            // Once one was dropped, so are those that follow: the count then stands where they are missing.
            guard state.droppedCount == 0, state.byteCount + bytes.count <= Self.waitingLimitBytes else {
                state.droppedCount += 1
                return
            }
            state.append(bytes)
        }
    }

    /// A line that is dropped only if it cannot be written. For the few that the program says itself: scripts wait for
    /// them.
    func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        change { $0.append(bytes) }
    }

    /// Blocks until everything up to now is written or dropped, or the time is over.
    func flush(within seconds: Double) {
        let mark = DispatchSemaphore(value: 0)
        change { $0.entries.append(.mark(mark)) }
        _ = mark.wait(timeout: .now() + seconds)
    }

    private func change(_ body: (inout State) -> Void) {
        let isNews = state.withLock { state in
            body(&state)
            defer { state.isAnnounced = true }
            return !state.isAnnounced
        }
        if isNews { work.signal() }
    }

    private func writeNext(to stream: inout LineStream) {
        work.wait()
        let taken = state.withLock { state in
            defer { state = State() }
            return state
        }
        let note = { [self] (count: Int) in format.withLock { $0 }.dropped(count) }
        for entry in taken.entries {
            switch entry {
            case .line(let bytes): stream.write(bytes, note: note)
            case .mark(let mark): mark.signal()
            }
        }
        stream.drop(taken.droppedCount, note: note)
    }
}

extension LogWriter.State {
    mutating func append(_ bytes: [UInt8]) {
        entries.append(.line(bytes))
        byteCount += bytes.count
    }
}
