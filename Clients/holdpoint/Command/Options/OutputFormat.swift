import ArgumentParser

/// What `-o` takes.
enum OutputOption: String, CaseIterable, ExpressibleByArgument, Sendable {
    case table
    /// A table with all its columns, however wide the terminal is.
    case wide
    case json
    case yaml
    case csv
    case name

    var format: OutputFormat { OutputFormat(rawValue: rawValue) ?? .table }
}

/// The form of the output.
enum OutputFormat: String, CaseIterable, Sendable {
    /// Aligned columns for people.
    case table
    /// The message itself, proto3 JSON.
    case json
    /// The same as YAML.
    case yaml
    /// The same as CSV, a line a resource.
    case csv
    /// One id a line.
    case name
}

/// How much is said on standard error beside errors and warnings.
enum Loudness: String, CaseIterable, EnumerableFlag, Sendable {
    case quiet
    case verbose

    static func help(for value: Loudness) -> ArgumentHelp? {
        switch value {
        case .quiet: "Print no progress and no notes."
        case .verbose: "Print what is asked of the server and how long it takes."
        }
    }
}
