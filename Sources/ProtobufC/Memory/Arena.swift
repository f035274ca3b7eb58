import CProtobufC

/// Memory for C structs that live together: taken piece by piece, given back all at once.
///
/// One an event loop or a thread; not Sendable. What it holds never exceeds its budget, whatever the bytes ask for
/// (4 MiB of empty sub-messages would otherwise become 2 GB), and nothing is given back before `reset()`.
public final class Arena {
    /// Budget of one message: 64 MiB.
    public static let defaultBudgetBytes = 64 << 20

    private let state: UnsafeMutablePointer<ArenaState>

    /// protobuf-c's view of the arena; legal as long as the arena lives.
    let allocator: UnsafeMutablePointer<ProtobufCAllocator>

    /// Takes no memory until the first allocation.
    public init(budgetBytes: Int = Arena.defaultBudgetBytes) {
        state = .allocate(capacity: 1)
        state.initialize(to: ArenaState(budgetBytes: max(0, budgetBytes)))
        allocator = .allocate(capacity: 1)
        // Safe: protobuf-c calls these only inside calls that get `allocator` from this object's methods.
        // A pointer to the state instead of the object spares reference counting in every allocation.
        allocator.initialize(
            to: ProtobufCAllocator(
                alloc: { data, byteCount in
                    data?.assumingMemoryBound(to: ArenaState.self).pointee.allocate(byteCount: byteCount, alignment: 8)
                },
                free: { _, _ in },
                allocator_data: state))
    }

    deinit {
        state.pointee.release(keepingFirst: false)
        state.deinitialize(count: 1)
        state.deallocate()
        allocator.deallocate()
    }

    /// Bytes taken from the system since the last reset, the kept chunk included; at most the budget.
    public var allocatedBytes: Int {
        state.pointee.heldBytes
    }

    /// Ends the life of everything that was allocated. The first chunk is kept for what comes next.
    public func reset() {
        state.pointee.release(keepingFirst: true)
    }

    /// Uninitialized memory until the next reset.
    ///
    /// - Throws: `limit` when the budget is spent.
    @usableFromInline
    func allocate(byteCount: Int, alignment: Int) throws(MessageError) -> UnsafeMutableRawPointer {
        guard let memory = state.pointee.allocate(byteCount: byteCount, alignment: alignment) else {
            throw .limit("the message needs more than \(state.pointee.budgetBytes) bytes of memory")
        }
        return memory
    }

    /// Uninitialized memory for `count` values until the next reset. `Value` is a plain C type: nothing is destroyed.
    ///
    /// - Throws: `limit` when the budget is spent.
    @inlinable
    public func allocate<Value>(
        _ type: Value.Type, count: Int = 1
    ) throws(MessageError) -> UnsafeMutablePointer<Value> {
        let (byteCount, overflow) = MemoryLayout<Value>.stride.multipliedReportingOverflow(by: count)
        let memory = try allocate(
            byteCount: overflow ? .max : byteCount, alignment: MemoryLayout<Value>.alignment)
        return memory.bindMemory(to: type, capacity: count)
    }
}
