import HoldpointRPC
import Manager

/// The credentials' check, which tells the history of those that it refuses.
struct ToldCredentials: CredentialCheck {
    private static let reason = "UNAUTHENTICATED"

    let secrets: Secrets
    let manager: ResourceManager

    func principal(token: String, source: PeerSource) async -> String? {
        if let principal = await secrets.principal(token: token, source: source) { return principal }
        // Without a token, TCP is open to whoever only asks whether the server is well.
        if case .tcp = source, token.isEmpty { return nil }
        manager.noteDenial(principal: "", source: "\(source)", reason: Self.reason)
        return nil
    }
}
