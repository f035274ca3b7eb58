internal import HoldpointRPC
internal import NIOCore

extension ServerConnectionHandler {
    /// Finds out who the peer is; no frame is taken and nothing is read until that is known.
    func authenticate(token: String, project: String) {
        isAuthenticating = true
        guard let context else { return }
        PeerLookup.source(of: context.channel).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let source):
                self.check(token: token, source: source, project: project)
            case .failure(let error):
                self.logger.error("the peer's address is not known", metadata: ["error": "\(error)"])
                self.end(ConnectionFault(.internal, "the peer's address is not known"))
            }
        }
    }

    private func check(token: String, source: PeerSource, project: String) {
        let credentials = shared.configuration.credentials
        let bound = bound
        Task.immediate(executorPreference: loop) {
            let principal = await credentials.principal(token: token, source: source)
            bound.value.authenticated(
                Caller(
                    principal: principal, source: source.description, project: project, hasToken: !token.isEmpty))
        }
    }

    private func authenticated(_ caller: Caller) {
        isAuthenticating = false
        guard phase == .active else { return }
        do throws(ConnectionFault) {
            let hello = try state.authenticated(
                principal: caller.principal, software: shared.configuration.software)
            self.caller = caller
            append(message(hello) { .hello($0) })
            identify(hasCredential: caller.principal != nil)
        } catch {
            return end(error)
        }
        armCheck()
        parse()
        accountForInput()
        closeIfOver()
    }

    /// A control frame that is a generated message; one of ours always fits.
    func message(_ message: some RPCMessage, _ frame: (FramePayload) -> OutgoingFrame) -> OutgoingFrame {
        loop.scratch.reset()
        return frame((try? loop.scratch.payload(message)) ?? .none)
    }
}
