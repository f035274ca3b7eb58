/// What a hash costs (RFC 7914): memory is 128 * N * r bytes, work is in proportion to N * r * p.
struct ScryptParameters: Sendable, Hashable {
    /// What new hashes are made with: 32 MiB, and 0.2 s of one core in a release build.
    static let standard = ScryptParameters(costExponent: 15, blockSize: 8, parallelism: 3)

    private static let largestMemoryByteCount = 256 << 20
    private static let largestParallelism = 16
    /// Above this swift-crypto gives BoringSSL less memory than it asks for.
    private static let largestBlockSize = 16
    private static let largestCostExponent = 20

    /// The binary logarithm of N.
    let costExponent: Int
    /// r
    let blockSize: Int
    /// p
    let parallelism: Int

    private init(costExponent: Int, blockSize: Int, parallelism: Int) {
        self.costExponent = costExponent
        self.blockSize = blockSize
        self.parallelism = parallelism
    }

    /// - Returns: nil for what would cost absurdly much, or is none.
    init?(checking costExponent: Int, blockSize: Int, parallelism: Int) {
        guard (1...Self.largestCostExponent).contains(costExponent), (1...Self.largestBlockSize).contains(blockSize),
            (1...Self.largestParallelism).contains(parallelism),
            // RFC 7914, section 2: N is less than 2^(128 * r / 8).
            costExponent < 16 * blockSize,
            (128 * blockSize) << costExponent <= Self.largestMemoryByteCount
        else { return nil }
        self.init(costExponent: costExponent, blockSize: blockSize, parallelism: parallelism)
    }

    /// N
    var rounds: Int { 1 << costExponent }
}
