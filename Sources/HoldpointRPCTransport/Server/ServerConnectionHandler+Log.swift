internal import HoldpointRPC
internal import Logging

extension ServerConnectionHandler {
    /// A line a call, for whoever looks for what somebody does; `tellsCalls` says whether anybody does.
    func tell(of call: RunningCall, _ result: Result<(any RPCMessage)?, any Error>) {
        let failure: Status? =
            switch result {
            case .success: call.interruption?.status
            case .failure(let error):
                Status(
                    handlerError: error, interruption: call.interruption, mapping: shared.configuration.errorMapping)
            }
        tell(of: call.handler.name, since: call.arrival, outcome: failure?.shortName ?? "OK")
    }

    func tell(of method: String, since arrival: ContinuousClock.Instant, outcome: String) {
        let (seconds, attoseconds) = (ContinuousClock.now - arrival).components
        logger.debug(
            "call",
            metadata: [
                "principal": "\(caller?.principal ?? "")", "source": "\(caller?.source ?? "")", "method": "\(method)",
                "outcome": "\(outcome)", "microseconds": "\(seconds &* 1_000_000 &+ attoseconds / 1_000_000_000_000)",
            ])
    }
}

extension Status {
    /// The reason, or the code where there is none.
    var shortName: String { reason.isEmpty ? code.name : reason }
}
