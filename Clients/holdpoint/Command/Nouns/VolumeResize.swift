import ArgumentParser
import HoldpointClient

/// `holdpoint volume resize ID --size SIZE`
struct VolumeResize: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "resize", abstract: "Make a volume larger.")

    @Argument(help: "Id or unique name.", completion: .names(.volume))
    var id: String

    @Option(
        help: ArgumentHelp("The new size, not below the present one.", valueName: "size"), transform: ByteSize.parse)
    var size: UInt64

    @Flag(help: "Cut off connected NBD clients; needs consent.")
    var force = false

    @OptionGroup var consent: ConsentOptions
    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("volume resize \(id)") { session in
            let given = force ? try await session.consent(consent) { [loss] } : nil
            let request = ResizeVolumeRequest(volume: id, sizeBytes: size, force: force, consent: given)
            try await session.change(request) { request, options throws(RPCError) in
                try await session.client.volumes.resizeVolume(request, options: options)
            }
        }
    }

    private var loss: String {
        "NBD clients of volume \(id) are cut off: what they have not flushed is lost"
    }
}
