internal import Foundation

/// Times as texts.
public enum RFC3339 {
    /// Milliseconds since the epoch; nil unless the text is a time.
    public static func milliseconds(_ text: String) -> Int64? {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains("."))
        guard let date = try? style.parse(text) else { return nil }
        return Int64(exactly: (date.timeIntervalSince1970 * 1000).rounded())
    }
}
