import ArgumentParser
import HoldpointClient

/// `holdpoint admin`
struct AdminNoun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin", abstract: "What an administrator does when something failed, or before it does.",
        subcommands: [AdminResolve.self, AdminCheck.self, AdminBackup.self, AdminQuarantine.self])

    @OptionGroup var globals: GlobalOptions
}
