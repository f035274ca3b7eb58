import Engine
import Store
import Synchronization

/// What befalls a process at one of its steps outward.
enum Fault: String, CaseIterable, Sendable {
    /// The call does nothing and fails, once.
    case failsOnce = "fails once"
    /// The call does its work and fails all the same, once: whoever tries again finds it done.
    case failsAfterWork = "fails after its work"
    /// It fails from then on, until an administrator has mended it.
    case failsForGood = "fails for good"
    /// There is no room, once.
    case noRoom = "no room"
    case diesBefore = "dies before"
    case diesAfter = "dies after"
}

/// Where: a call to the engine that changes something, or a commit of the store, counted from when it was armed.
enum Place: Hashable, Sendable {
    case engineCall(Int)
    case commit(Int)
}

/// Lets one process meet one fault. Its store and its engine ask it at every step; once it is dead, nothing passes.
final class Fate: Sendable {
    private struct State {
        var fault: (place: Place, fault: Fault)?
        var engineCalls: [EngineMethod] = []
        var commitCount = 0
        var isDead = false
    }

    private let state = Mutex(State())

    var isDead: Bool { state.withLock { $0.isDead } }
    var engineCalls: [EngineMethod] { state.withLock { $0.engineCalls } }
    var commitCount: Int { state.withLock { $0.commitCount } }

    func arm(_ fault: Fault?, at place: Place = .commit(0)) {
        state.withLock { $0 = State(fault: fault.map { (place, $0) }) }
    }

    /// Nobody dies who was disarmed meanwhile: upkeep may be in the midst of the fatal commit when the run goes on.
    func die() { state.withLock { $0.isDead = $0.fault != nil } }

    /// - Returns: what happens to this call; nil: nothing.
    func atEngineCall(_ method: EngineMethod) -> Fault? {
        state.withLock { state in
            if state.isDead { return .failsOnce }
            let index = state.engineCalls.count
            state.engineCalls.append(method)
            guard let (place, fault) = state.fault, case .engineCall(let planned) = place else { return nil }
            let isLasting = fault == .failsForGood && index >= planned && method == state.engineCalls[planned]
            guard index == planned || isLasting else { return nil }
            if fault == .diesBefore { state.isDead = true }
            return fault
        }
    }

    func atCommit() -> Fault? {
        state.withLock { state in
            if state.isDead { return .diesBefore }
            let index = state.commitCount
            state.commitCount += 1
            guard let (place, fault) = state.fault, place == .commit(index) else { return nil }
            if fault == .diesBefore { state.isDead = true }
            return fault
        }
    }
}

/// A store whose process meets its fate.
struct FatedStore: MetadataStore {
    let base: any MetadataStore
    let fate: Fate

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        if fate.isDead { throw StoreError.unusable("died") }
        return try await base.read(body)
    }

    func survey<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        try await read(body)
    }

    func write<Result: Sendable>(
        for purpose: WritePurpose, _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
    ) async throws -> Result {
        switch fate.atCommit() {
        case .diesBefore: throw StoreError.unusable("died")
        case .noRoom: throw StoreError.storageFull
        case .diesAfter:
            // Dead before anybody can see the commit; a refusal writes nothing, and kills nobody.
            _ = try await base.write(for: purpose) { transaction in
                let result = try body(transaction)
                fate.die()
                return result
            }
            throw StoreError.unusable("died")
        default: break
        }
        let result = try await base.write(for: purpose, body)
        if fate.isDead { throw StoreError.unusable("died") }
        return result
    }

    func changes(of topics: Set<ChangeTopic>) -> AsyncStream<Void> { base.changes(of: topics) }
    func problems() async throws -> [String] { try await base.problems() }

    func backUp(chunkByteCount: Int, _ send: ([UInt8]) async throws -> Void) async throws {
        try await base.backUp(chunkByteCount: chunkByteCount, send)
    }
}
