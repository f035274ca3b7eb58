import Testing

/// Random numbers that a failing test can be run again with: set the seed that it printed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}

extension SeededGenerator {
    mutating func bytes(atMost limit: Int) -> [UInt8] {
        (0..<Int.random(in: 0...limit, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    mutating func text(atMost limit: Int) -> String {
        String(
            (0..<Int.random(in: 0...limit, using: &self)).map { _ in "abcxyz/.09äπ🙂".randomElement(using: &self) ?? "a"
            })
    }

    /// Small and extreme numbers as often as those between.
    mutating func number() -> UInt32 {
        switch Int.random(in: 0...3, using: &self) {
        case 0: UInt32.random(in: 0...3, using: &self)
        case 1: UInt32.max - UInt32.random(in: 0...3, using: &self)
        case 2: 1 << UInt32.random(in: 0...31, using: &self)
        default: UInt32.random(in: 0...UInt32.max, using: &self)
        }
    }
}
