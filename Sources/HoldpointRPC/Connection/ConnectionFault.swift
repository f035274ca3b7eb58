/// Why a side ends the connection: what its GoAway says.
public struct ConnectionFault: Error, Hashable, Sendable {
    public var code: GoAway.Code
    /// For people; safe to show.
    public var message: String

    public init(_ code: GoAway.Code, _ message: String) {
        self.code = code
        self.message = message
    }

    init(_ fault: FrameFault) {
        self.init(.protocolError, fault.description)
    }
}
