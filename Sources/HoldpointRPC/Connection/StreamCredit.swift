/// How much one side may still send of a stream, in bytes. An item costs its payload and 64 bytes; it may be sent
/// whenever the credit is above zero, and may take it below.
public struct StreamCredit: Hashable, Sendable {
    public private(set) var bytes: Int

    public init(bytes: Int) {
        self.bytes = bytes
    }

    /// What an item costs.
    public static func cost(payloadByteCount: Int) -> Int {
        payloadByteCount + ProtocolLimits.itemOverheadBytes
    }

    public var allowsSending: Bool { bytes > 0 }

    /// Pays for an item. Legal only while `allowsSending`.
    public mutating func spend(payloadByteCount: Int) {
        bytes -= Self.cost(payloadByteCount: payloadByteCount)
    }

    /// Takes a WindowUpdate.
    ///
    /// - Throws: `PROTOCOL_ERROR` for 0, and for a credit over 2^31 - 1.
    public mutating func add(_ update: UInt32) throws(ConnectionFault) {
        guard update > 0 else { throw ConnectionFault(.protocolError, "a WindowUpdate of 0") }
        let sum = bytes + Int(update)
        guard sum <= ProtocolLimits.creditBytes else {
            throw ConnectionFault(.protocolError, "a stream's credit is over 2^31 - 1")
        }
        bytes = sum
    }
}

/// The other side's view: what the peer may still send us, and what we owe it.
public struct ReceiveWindow: Hashable, Sendable {
    private let worthAnUpdate: Int
    private var credit: StreamCredit
    private var owedBytes = 0

    /// - Parameter smallest: what the peer may believe it to be, if that is less.
    public init(bytes: Int, smallest: Int = .max) {
        worthAnUpdate = min(bytes, smallest) / 2
        credit = StreamCredit(bytes: bytes)
    }

    /// Notes an item that arrived.
    ///
    /// - Throws: `PROTOCOL_ERROR` if the peer had no credit.
    public mutating func received(payloadByteCount: Int) throws(ConnectionFault) {
        guard credit.allowsSending else {
            throw ConnectionFault(.protocolError, "an item was sent without credit")
        }
        credit.spend(payloadByteCount: payloadByteCount)
    }

    /// Notes that the consumer took items.
    ///
    /// - Parameter bytes: what they cost.
    /// - Returns: what to give back to the peer now; nil: not worth a frame yet (less than half of the
    ///   window).
    public mutating func consumed(bytes: Int) -> UInt32? {
        owedBytes += bytes
        guard owedBytes >= worthAnUpdate, let update = UInt32(exactly: owedBytes) else { return nil }
        do throws(ConnectionFault) {
            try credit.add(update)
        } catch {
            return nil  // Only what was spent comes back, so the sum is never over the window.
        }
        owedBytes = 0
        return update
    }
}
