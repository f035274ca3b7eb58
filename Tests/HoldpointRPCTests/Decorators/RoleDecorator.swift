import HoldpointRPC

/// Refuses who may do less than a method asks for.
struct RoleDecorator: CallDecorator {
    let roles: [String: MethodOptions.Role]

    func admit(_ method: MethodHandler, _ caller: Caller) throws(RPCError) {
        let role = caller.principal.flatMap { roles[$0] }
        guard let role, role >= method.options.role else {
            throw RPCError(.permissionDenied, "\(method.name) needs the role \(method.options.role)", reason: "ROLE")
        }
    }
}
