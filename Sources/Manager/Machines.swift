internal import Engine
internal import Model
internal import Store

extension Server {
    /// What its process is to be.
    ///
    /// - Throws: `.failed` for what no release has made yet.
    var machine: MachineConfiguration {
        get throws(EngineError) {
            switch serverKind {
            case .external: .external
            case .vm: throw EngineError(.failed, "virtual machines come with a later release")
            }
        }
    }
}

extension ReadTransaction {
    func machine(of id: ServerID) throws -> MachineConfiguration {
        guard let server: Server = try get(id) else { throw Refusal.unknown(.server, id.rawValue) }
        return try server.machine
    }
}
