import ArgumentParser
import HoldpointClient

/// `holdpoint version`
struct VersionWord: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the command's version.")

    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("version") { session in
            let version = HoldpointClient.version
            switch session.settings.output {
            case .table, .name: StandardStreams.output("holdpoint \(version)\n")
            case .json, .yaml, .csv:
                let tree = JSONValue.object([.init(name: "version", value: .string(version))])
                StandardStreams.output(Printer.text(tree, session.settings.output))
            }
        }
    }
}
