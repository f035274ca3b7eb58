import Foundation
import Logging

/// One line of the log.
struct LogRecord {
    let time = Date.now
    let level: Logger.Level
    let label: String
    let message: String
    let metadata: [String: String]

    /// `2026-11-21T11:29:45.123Z notice holdpointd: made a secret path=/var/lib/holdpoint/admin.token`
    var text: String {
        let fields = metadata.sorted { $0.key < $1.key }.map { " \(Self.plain($0.key))=\(Self.value($0.value))" }
        return "\(timeText) \(level.rawValue) \(label): \(Self.plain(message))\(fields.joined())"
    }

    /// One object: time, level, label, message, and the metadata's keys.
    var json: String {
        var line = metadata
        line["time"] = timeText
        line["level"] = level.rawValue
        line["label"] = label
        line["message"] = message
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts alone can always be encoded; if not, the line must not be lost for that.
        return (try? encoder.encode(line)).map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    private var timeText: String {
        time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// In quotes unless it is one plain word: a value must not look like the next field.
    private static func value(_ text: String) -> String {
        let isWord = text.unicodeScalars.allSatisfy {
            (0x21...0x7e).contains($0.value) && !"\"\\=".unicodeScalars.contains($0)
        }
        guard !isWord || text.isEmpty else { return text }
        return "\"" + plain(text, escaping: "\"\\") + "\""
    }

    /// On one line, with nothing in it that moves a terminal's cursor or turns the direction of reading.
    private static func plain(_ text: String, escaping special: String = "\\") -> String {
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                plain.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            default:
                if special.unicodeScalars.contains(scalar) { plain.append("\\") }
                plain.append(scalar)
            }
        }
        return String(plain)
    }
}
