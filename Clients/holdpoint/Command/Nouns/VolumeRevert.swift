import ArgumentParser
import HoldpointClient

/// `holdpoint volume revert ID --snapshot ID`
struct VolumeRevert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revert", abstract: "Give a volume the bytes of one of its snapshots.",
        discussion: "What it holds now is kept in a safety snapshot first, whose name is printed.")

    @Argument(help: "Id or unique name.", completion: .names(.volume))
    var id: String

    @Option(help: ArgumentHelp("One of the volume's own.", valueName: "snapshot"), completion: .names(.snapshot))
    var snapshot: String

    @OptionGroup var cut: CutOptions
    @OptionGroup var consent: ConsentOptions
    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("volume revert \(id)") { session in
            let revert = { (request: RevertVolumeRequest, options: CallOptions) async throws(RPCError) in
                try await session.client.volumes.revertVolume(request, options: options)
            }
            let request = RevertVolumeRequest(
                volume: id, snapshot: snapshot, cutTimeoutMilliseconds: cut.milliseconds)
            try await session.change(
                try await session.consented(request, consent, losses: [loss], revert), revert)
        }
    }

    private var loss: String {
        "what volume \(id) holds now is replaced by snapshot \(snapshot); a safety snapshot of it is taken first"
    }
}
