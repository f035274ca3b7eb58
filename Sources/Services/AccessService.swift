public import HoldpointMessages
public import HoldpointRPC
public import Manager

/// Who may call, and how they prove it.
public struct AccessService: AccessServiceHandler {
    private let manager: ResourceManager

    public init(manager: ResourceManager) {
        self.manager = manager
    }

    public func setPassword(_ request: SetPasswordRequest, context: CallContext) async throws -> SetPasswordAnswer {
        try await manager.setPassword(
            request.newPassword, of: request.user, consent: request.consent.map { Manager.Consent($0) }, context.call)
        return SetPasswordAnswer()
    }
}
