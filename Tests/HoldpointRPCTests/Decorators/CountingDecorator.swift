import HoldpointRPC
import Synchronization

/// Counts calls by method and outcome.
final class CountingDecorator: CallDecorator {
    private let counts = Mutex<[String: Int]>([:])

    func perform(
        _ context: CallContext, _ body: () async throws -> (any RPCMessage)?
    ) async throws -> (any RPCMessage)? {
        do {
            let answer = try await body()
            count("\(context.method) OK")
            return answer
        } catch {
            count("\(context.method) \((error as? RPCError)?.code.name ?? "UNKNOWN")")
            throw error
        }
    }

    private func count(_ what: String) {
        counts.withLock { $0[what, default: 0] += 1 }
    }

    var all: [String: Int] { counts.withLock { $0 } }
}
