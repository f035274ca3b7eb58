import Dispatch
import Foundation
import Logging

/// SIGTERM and SIGINT as something to wait for. SIGHUP ends nothing: it is what a terminal says when it is closed, and
/// what scripts send for a reload, which comes later (2026-11).
final class EndSignals {
    private let signals: AsyncStream<Void>
    private let sources: [any DispatchSourceSignal]

    init(logger: Logger) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        signals = stream
        sources = [
            Self.source(of: SIGTERM) { continuation.yield() },
            Self.source(of: SIGINT) { continuation.yield() },
            Self.source(of: SIGHUP) {
                logger.notice("SIGHUP is ignored: nothing is reloaded; SIGTERM ends the server")
            },
        ]
    }

    /// Returns at the first signal.
    func wait() async {
        for await _ in signals { return }
    }

    private static func source(of number: Int32, _ action: @escaping @Sendable () -> Void) -> any DispatchSourceSignal {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler(handler: action)
        source.resume()
        return source
    }
}
