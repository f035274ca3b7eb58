import ArgumentParser
import HoldpointClient

/// `holdpoint`
struct Root: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "holdpoint", abstract: "Manages servers, volumes and their point-in-time snapshots.",
        version: "holdpoint \(HoldpointClient.version)",
        subcommands: [
            ServerNoun.self, VolumeNoun.self, SnapshotNoun.self, ServerSnapshotNoun.self, PlanNoun.self,
            OperationNoun.self, AdminNoun.self, UserNoun.self, StatusWord.self, GraphWord.self, WatchWord.self,
            HistoryWord.self, SpaceWord.self, CallWord.self, CompletionWord.self, VersionWord.self,
        ])

    @OptionGroup var globals: GlobalOptions
}
