import ArgumentParser
import Foundation
import Logging

/// How log lines look on standard error.
enum LogFormat: String, ExpressibleByArgument {
    case text
    case json

    static func bootstrap(_ format: LogFormat, level: Logger.Level) {
        LogWriter.standardError.use(format)
        LoggingSystem.bootstrap { label in
            var handler = LineLogHandler(label: label, format: format)
            handler.logLevel = level
            return handler
        }
    }

    func line(_ record: LogRecord) -> String {
        switch self {
        case .text: record.text
        case .json: record.json
        }
    }

    /// The line that stands where others are missing.
    func dropped(_ count: Int) -> [UInt8] {
        let record = LogRecord(
            level: .warning, label: "holdpointd", message: "\(count) log lines were dropped", metadata: [:])
        return Array((line(record) + "\n").utf8)
    }
}

/// A log level as a flag.
struct LogLevel: ExpressibleByArgument {
    static let info = LogLevel(level: .info)

    let level: Logger.Level

    /// In the help.
    var defaultValueDescription: String { level.rawValue }

    init(level: Logger.Level) {
        self.level = level
    }

    init?(argument: String) {
        guard let level = Logger.Level(rawValue: argument) else { return nil }
        self.level = level
    }
}

/// Hands records to the writer as lines.
struct LineLogHandler: LogHandler {
    let label: String
    let format: LogFormat
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    init(label: String, format: LogFormat) {
        self.label = label
        self.format = format
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var metadata = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues(\.description)
        if let error = event.error { metadata["error"] = "\(error)" }
        let record = LogRecord(
            level: event.level, label: label, message: event.message.description, metadata: metadata)
        LogWriter.standardError.log(format.line(record))
    }
}
