internal import ProtobufC

extension ServerConnection {
    mutating func receiveFirst(_ frame: IncomingFrame) throws(ConnectionFault) -> Action {
        guard case .hello(let content) = frame else {
            throw ConnectionFault(.protocolError, "the first frame is no Hello")
        }
        let hello = try Hello(peer: content, from: .request)
        guard hello.protocolVersions.contains(ProtocolLimits.version) else {
            throw ConnectionFault(.version, "this server speaks version \(ProtocolLimits.version) only")
        }
        peer = try PeerLimits(hello)
        phase = .authenticating(hasToken: !hello.token.isEmpty)
        return .authenticate(token: hello.token, project: hello.project)
    }

    /// Ends the wait that `authenticate` began.
    ///
    /// - Parameters:
    ///   - principal: who the credential belongs to; nil: nobody.
    ///   - software: name and version of the server.
    /// - Returns: the server's Hello, to be sent.
    /// - Throws: `UNAUTHENTICATED` for a token that belongs to nobody.
    public mutating func authenticated(principal: String?, software: String) throws(ConnectionFault) -> Hello {
        guard case .authenticating(let hasToken) = phase else {
            throw ConnectionFault(.internal, "the credential was checked twice")
        }
        guard principal != nil || !hasToken else {
            throw ConnectionFault(.unauthenticated, "the token is not valid")
        }
        phase = .open(hasCredential: principal != nil)
        var hello = Hello()
        hello.protocolVersions = [ProtocolLimits.version]
        hello.software = software
        hello.maxFrameBytes = UInt32(clamping: frameByteLimit)
        hello.initialStreamWindow = UInt32(clamping: ProtocolLimits.defaultStreamWindowBytes)
        hello.maxCalls = UInt32(clamping: limits.calls)
        return hello
    }
}

extension Hello {
    /// Reads a Hello that a peer sent.
    init(peer content: UnsafeRawBufferPointer, from role: PeerRole) throws(ConnectionFault) {
        do {
            try self.init(serialized: content, from: role, arena: Arena())
        } catch {
            throw ConnectionFault(.protocolError, "the Hello cannot be read: \(error.description)")
        }
    }
}
