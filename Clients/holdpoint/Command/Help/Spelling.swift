/// Words that are nearly right.
enum Spelling {
    /// The nearest of some words, the best first; at most three.
    static func nearest(to word: String, of words: [String]) -> [String] {
        let limit = max(1, word.count / 3)
        return words.map { (word: $0, distance: distance(word, $0)) }
            .filter { $0.distance <= limit || (word.count > 2 && $0.word.hasPrefix(word)) }
            .sorted { ($0.distance, $0.word) < ($1.distance, $1.word) }
            .prefix(3).map(\.word)
    }

    /// Letters to change, to add, to leave out or to swap with the next (optimal string alignment).
    static func distance(_ first: String, _ second: String) -> Int {
        let (left, right) = (Array(first.lowercased()), Array(second.lowercased()))
        var before: [Int] = []
        var last = Array(0...right.count)
        for row in 0..<left.count {
            var next = [row + 1]
            for column in 0..<right.count {
                let change = last[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(last[column + 1] + 1, next[column] + 1, change)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, before[column - 1] + 1)
                }
                next.append(best)
            }
            (before, last) = (last, next)
        }
        return last[right.count]
    }
}
