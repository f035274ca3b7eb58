import ArgumentParser
import HoldpointClient

/// `holdpoint snapshot create NAME --volume ID`
struct SnapshotCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Take a snapshot of a volume.")

    @OptionGroup var fields: CreateOptions

    @Option(help: ArgumentHelp("The volume to take it of.", valueName: "volume"))
    var volume: String

    @Option(help: ArgumentHelp("Take none that would be worse.", valueName: "grade"))
    var require: RequiredGrade?

    @OptionGroup var cut: CutOptions
    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("snapshot create \(fields.name)") { session in
            let request = CreateSnapshotRequest(
                snapshot: fields.resource(), volume: volume, require: require?.grade ?? .unspecified,
                cutTimeoutMilliseconds: cut.milliseconds)
            try await session.create(fields, request) { (existing: VolumeSnapshot) in
                let taken = try await Volume.get(volume, from: session.client, session.callOptions)
                return fields.differences(existing) + (existing.volumeID == taken.id ? [] : ["volume"])
                    + RequiredGrade.differences(require, existing.consistency)
            } _: { request, options throws(RPCError) in
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

    /// Whether a snapshot of that grade would be too bad; grades rise with their numbers.
    static func differences(_ required: RequiredGrade?, _ grade: Consistency.Grade) -> [String] {
        (required?.grade.rawValue ?? 0) <= grade.rawValue ? [] : ["consistency"]
    }
}
