internal import ProtobufC

extension GoAway {
    /// Reads a GoAway that a server sent.
    init(peer content: UnsafeRawBufferPointer) throws(ConnectionFault) {
        do {
            try self.init(serialized: content, from: .response, arena: Arena())
        } catch {
            throw ConnectionFault(.protocolError, "the GoAway cannot be read: \(error.description)")
        }
    }

    /// - Parameter lastCallID: ids above were not started.
    public init(_ fault: ConnectionFault, lastCallID: UInt32) {
        self.init()
        self.lastCallID = lastCallID
        code = fault.code
        message = fault.message
    }
}
