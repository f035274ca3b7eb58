public import HoldpointMessages
public import HoldpointRPC
public import Manager
internal import Model

/// Who may call, and how they prove it.
public struct AccessService: AccessServiceHandler {
    private let manager: ResourceManager

    public init(manager: ResourceManager) {
        self.manager = manager
    }

    public func setPassword(_ request: SetPasswordRequest, context: CallContext) async throws -> SetPasswordAnswer {
        throw Refusal(.unsupported, "not yet")
    }
}
