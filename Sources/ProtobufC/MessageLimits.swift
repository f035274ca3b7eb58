/// What a message may be at most, whoever sends it; checked before anything is allocated for it.
public enum MessageLimits {
    /// Messages inside messages; the outermost is level 0.
    public static let depth = 16
    /// Fields in a whole message, packed elements and unknown ones included.
    public static let fieldCount = 100_000
    /// Unknown fields in one message; they are skipped and not kept.
    public static let unknownFieldCount = 64
    /// Fields that a message type may declare; the generator refuses more.
    public static let declaredFieldCount = 128
    /// Length of a JSON text, bytes.
    public static let jsonBytes = 16 << 20
}
