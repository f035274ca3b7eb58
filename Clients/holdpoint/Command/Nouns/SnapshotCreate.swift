import ArgumentParser
import HoldpointClient

/// `holdpoint snapshot create [NAME] --volume ID`
struct SnapshotCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Take a snapshot of a volume.")

    @OptionGroup var fields: SnapshotOptions

    @Option(help: ArgumentHelp("The volume to take it of.", valueName: "volume"), completion: .names(.volume))
    var volume: String

    @Option(help: ArgumentHelp("Take none that would be worse.", valueName: "grade"))
    var require: RequiredGrade?

    @OptionGroup var cut: CutOptions
    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("snapshot create\(fields.words)") { session in
            let request = CreateSnapshotRequest(
                snapshot: fields.resource(), volume: volume, require: require?.grade ?? .unspecified,
                cutTimeoutMilliseconds: cut.milliseconds)
            try await session.create(request) { request, options throws(RPCError) in
                try await session.client.snapshots.createSnapshot(request, options: options)
            }
        }
    }
}

/// What `--require` takes.
enum RequiredGrade: String, CaseIterable, ExpressibleByArgument {
    case crash
    case quiesced
    case offline

    var grade: Consistency.Grade {
        switch self {
        case .crash: .crash
        case .quiesced: .quiesced
        case .offline: .offline
        }
    }
}
