import Foundation
import HoldpointMessages
import HoldpointRPC
import HoldpointRPCTransport

/// `echo TOKEN_FILE`: serves `bench.Echo` on a free port of the loopback until it is ended; prints the port. Limits,
/// deadlines, credentials and the guard over every message are those of `holdpointd`: it is the same transport.
@main
struct Echo {
    private static let itemCount = 1_000

    static func main() async throws {
        let text = try String(contentsOfFile: CommandLine.arguments[1], encoding: .utf8)
        let token = OneToken(token: text.trimmingCharacters(in: .whitespacesAndNewlines))
        let server = RPCServer(handler: router(), configuration: RPCServerConfiguration(credentials: token))
        guard case .tcp(_, let port) = try await server.listen(on: .tcp(host: "127.0.0.1", port: 0)) else { return }
        try FileHandle.standardOutput.write(contentsOf: Data("\(port)\n".utf8))
        try await Task.sleep(for: .seconds(86_400))
    }

    private static func router() -> Router {
        var router = Router()
        router.unary(UnaryMethod<Volume, Volume>("bench.Echo/Unary")) { request, _ in request }
        router.serverStreaming(ServerStreamingMethod<Volume, Volume>("bench.Echo/Stream")) { request, _, items in
            for _ in 0..<itemCount { try await items.send(request) }
        }
        return router
    }
}

/// Everybody who has the token is the same.
struct OneToken: CredentialCheck {
    let token: String

    func principal(token: String, source: PeerSource) async -> String? {
        token == self.token ? "bench" : nil
    }
}
