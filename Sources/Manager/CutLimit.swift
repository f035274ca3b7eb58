public import Model

/// How long a cut may wait for requests that clients have begun.
public struct CutLimit: Hashable, Sendable {
    public static let `default` = CutLimit(milliseconds: 60_000)
    /// Longer nobody should keep all writers of a server waiting.
    static let longestMilliseconds: UInt32 = 600_000

    let milliseconds: Int

    private init(milliseconds: Int) {
        self.milliseconds = milliseconds
    }

    /// - Parameter milliseconds: 0: the default.
    /// - Throws: `INVALID_ARGUMENT` over ten minutes.
    public init(milliseconds: UInt32) throws(Refusal) {
        guard milliseconds <= Self.longestMilliseconds else {
            throw .invalid(
                field: "cut_timeout_milliseconds",
                "a cut waits for at most \(Self.longestMilliseconds) ms, because all writers of the server wait "
                    + "meanwhile, not \(milliseconds) ms")
        }
        self.milliseconds = milliseconds == 0 ? Self.default.milliseconds : Int(milliseconds)
    }
}
