/// Answers calls: a router, or something around one.
public protocol CallHandler: Sendable {
    /// How a method is answered whose whole name equals the bytes (UTF-8); nil: there is none.
    func handler(name: UnsafeRawBufferPointer) -> MethodHandler?
}

extension CallHandler {
    /// The same by a string.
    public func handler(name: String) -> MethodHandler? {
        var name = name
        return name.withUTF8 { handler(name: UnsafeRawBufferPointer($0)) }
    }

    /// The same methods with something around each of their calls; what is put around last is asked first.
    public func decorated(by decorator: any CallDecorator) -> some CallHandler {
        DecoratedCallHandler(base: self, decorator: decorator)
    }
}

/// Something that holds for every call, whatever its method: who may, how many, how they are counted and told.
public protocol CallDecorator: Sendable {
    /// Decides before anything of the request is read.
    ///
    /// - Throws: what the caller is answered.
    func admit(_ method: MethodHandler, _ caller: Caller) throws(RPCError)

    /// Runs around the handler, in its task.
    ///
    /// - Parameter body: the handler, or what was put around it before. To be called at most once.
    func perform(_ context: CallContext, _ body: () async throws -> (any RPCMessage)?) async throws -> (any RPCMessage)?
}

extension CallDecorator {
    public func admit(_ method: MethodHandler, _ caller: Caller) throws(RPCError) {}

    public func perform(
        _ context: CallContext, _ body: () async throws -> (any RPCMessage)?
    ) async throws -> (any RPCMessage)? {
        try await body()
    }
}

private struct DecoratedCallHandler<Base: CallHandler>: CallHandler {
    let base: Base
    let decorator: any CallDecorator

    func handler(name: UnsafeRawBufferPointer) -> MethodHandler? {
        base.handler(name: name)?.decorated(by: decorator)
    }
}

/// Who has no credential may call only what is open.
struct CredentialDecorator: CallDecorator {
    func admit(_ method: MethodHandler, _ caller: Caller) throws(RPCError) {
        guard caller.principal != nil || method.options.isOpen else { throw .unauthenticated }
    }
}
