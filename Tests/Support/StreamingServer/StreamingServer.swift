import Crypto
import Dispatch
import Foundation
import HoldpointMessages
import HoldpointRPC
import HoldpointRPCTransport

/// The service of `streaming.proto`.
struct Streaming: StreamingServiceHandler {
    func collect(_ requests: RequestSequence<BackupChunk>, context: CallContext) async throws -> BackupChunk {
        var digest = SHA256()
        for try await chunk in requests {
            if chunk.data == Array("slow".utf8) { try await Task.sleep(for: .milliseconds(20)) }
            if chunk.data == Array("no".utf8) { throw RPCError(.failedPrecondition, "no", reason: "SAID_NO") }
            digest.update(data: chunk.data)
        }
        return BackupChunk(sha256: Array(digest.finalize()))
    }

    func echo(
        _ requests: RequestSequence<BackupChunk>, context: CallContext, responses: ResponseStream<BackupChunk>
    ) async throws {
        for try await chunk in requests { try await responses.send(chunk) }
    }

    func ignore(_ requests: RequestSequence<BackupChunk>, context: CallContext) async throws -> BackupChunk {
        while true { try await Task.sleep(for: .seconds(1)) }
    }
}

/// Who shows the token `admin` is that.
private struct OneToken: CredentialCheck {
    func principal(token: String, source: PeerSource) async -> String? { token == "admin" ? "admin" : nil }
}

/// Serves it on loopback TCP until SIGTERM, with the limits of its arguments: bytes that a connection may hold.
@main
enum StreamingServer {
    private static let drainSeconds = Duration.seconds(5)

    static func main() async throws {
        signal(SIGTERM, SIG_IGN)
        let (signals, arrived) = AsyncStream<Void>.makeStream()
        let source = DispatchSource.makeSignalSource(signal: SIGTERM)
        source.setEventHandler { @Sendable in arrived.yield() }
        source.activate()

        var configuration = RPCServerConfiguration(credentials: OneToken())
        if let held = CommandLine.arguments.dropFirst().first.flatMap({ Int($0) }) {
            configuration.limits.receivedBytes = held
            configuration.limits.frameBytes = ProtocolLimits.frameBytes.lowerBound
        }
        var router = Router()
        router.register(Streaming())
        let server = RPCServer(handler: router, configuration: configuration)
        print("listening on \(try await server.listen(on: .tcp(host: "127.0.0.1", port: 0)))")
        fflush(nil)
        for await _ in signals { break }
        await server.drain(within: drainSeconds)
    }
}
