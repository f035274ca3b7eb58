internal import Model

extension SimulatedStorage {
    mutating func attach(_ chain: VolumeChain, to server: ServerID) throws(EngineError) {
        let process = try process(of: server)
        guard let top = chain.layers.last else { throw EngineError(.failed, "\(chain.volume) has no layers") }
        if let active = process.activeLayers[chain.volume] {
            guard active == top.id else { throw EngineError(.failed, "\(chain.volume) is attached with \(active)") }
            return
        }
        try check(chain.layers)
        guard !isOpen(top.id) else { throw EngineError(.failed, "\(top.id) is open elsewhere") }
        guard layers[top.id]?.isFrozen == false else { throw EngineError(.failed, "\(top.id) is frozen") }
        freeze(chain.layers.dropLast())
        processes[server]?.activeLayers[chain.volume] = top.id
    }

    mutating func detach(_ volume: VolumeID, from server: ServerID, force: Bool) throws(EngineError) {
        guard let process = try answering(server), let active = process.activeLayers[volume] else { return }
        let clients = process.clients[volume] ?? []
        guard force || clients.isEmpty else {
            throw EngineError(.volumeHasClients, "\(volume) is in use by \(clients.joined(separator: ", "))")
        }
        flush(active)
        processes[server]?.activeLayers[volume] = nil
        processes[server]?.clients[volume] = nil
    }

    func clients(of server: ServerID) -> [String] {
        processes[server]?.clients.values.flatMap { $0 }.sorted() ?? []
    }

    func observation(of server: ServerID) throws(EngineError) -> ServerObservation? {
        guard let process = try answering(server) else { return nil }
        return ServerObservation(activeLayers: process.activeLayers)
    }
}
