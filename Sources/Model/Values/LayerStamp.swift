/// By what a file that must never change is known to be as it was. Neither a new mode nor being opened for reading
/// changes it.
public struct LayerStamp: Hashable, Sendable {
    /// The file's length.
    public var byteCount: Int64
    /// When its contents were written last, since 1970.
    public var modificationNanoseconds: Int64

    public init(byteCount: Int64, modificationNanoseconds: Int64) {
        self.byteCount = byteCount
        self.modificationNanoseconds = modificationNanoseconds
    }

    /// Whether this is how a file looks that had that stamp. Archives keep times in whole seconds, so what they
    /// unpacked is not taken for changed.
    public func fits(_ recorded: LayerStamp) -> Bool {
        guard byteCount == recorded.byteCount else { return false }
        let second: Int64 = 1_000_000_000
        let isWhole = modificationNanoseconds.isMultiple(of: second)
        return modificationNanoseconds == recorded.modificationNanoseconds
            || (isWhole && modificationNanoseconds / second == recorded.modificationNanoseconds / second)
    }
}
