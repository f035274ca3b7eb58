/// A service's handlers. Generated protocols refine it, and register each of their methods.
public protocol RPCService: Sendable {
    /// Called once, before the server starts.
    func register(in router: inout Router)
}
