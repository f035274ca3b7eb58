import ArgumentParser
import HoldpointClient

/// `holdpoint watch`
struct WatchWord: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Print events as they come, one a line, until Ctrl-C.")

    @Option(
        name: .customLong("from"),
        help: ArgumentHelp("Begin behind this revision; default: now.", valueName: "revision"))
    var revision: UInt64?

    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("watch") { session in
            var events = EventPrinter(session.settings.output)
            try await session.client.watch(from: revision, patience: session.settings.timeout) { event in
                StandardStreams.output(try events.text(event))
                return !StandardStreams.isOutputClosed
            }
        }
    }
}

/// Events in the form that was asked for.
private struct EventPrinter {
    private let format: OutputFormat
    private var printedHeader = false

    init(_ format: OutputFormat) {
        self.format = format
    }

    mutating func text(_ event: Event) throws -> String {
        switch format {
        case .table: Printable.line(event.sentence) + "\n"
        case .name: event.resourceID + "\n"
        case .json: try event.json() + "\n"
        case .yaml: "---\n" + YAMLWriter.text(try event.tree())
        case .csv: try row(event)
        }
    }

    /// One event's fields are as many as the next one's but for the resource, which is left out.
    private mutating func row(_ event: Event) throws -> String {
        var event = event
        event.resource = nil
        event.time = event.time ?? Timestamp()
        let text = CSVWriter.text([try event.tree()])
        defer { printedHeader = true }
        return printedHeader ? String(text[(text.firstIndex(of: "\r\n") ?? text.startIndex)...].dropFirst()) : text
    }
}

extension Event {
    /// `2025-11-21T09:30:00Z  #42  updated volume data-1 (vol-…) IN_USE by admin`
    var sentence: String {
        let state = resource.map { " \($0.stateName)" } ?? ""
        let author = principal.isEmpty ? "" : " by \(principal)"
        let cause = reason.isEmpty ? "" : ": \(reason)"
        return
            "\(time.map { TimeText.exact($0) } ?? "-")  #\(sequence)  "
            + "\(action) \(kind) \(ResourceText.reference(name, resourceID))\(state)\(author)\(cause)"
    }
}

extension Event.Resource {
    fileprivate var stateName: String {
        switch self {
        case .server(let server): server.stateName
        case .volume(let volume): volume.stateName
        case .snapshot(let snapshot): snapshot.stateName
        case .serverSnapshot(let snapshot): snapshot.stateName
        case .operation(let operation): operation.state.name
        }
    }
}
