import ArgumentParser
import HoldpointClient

/// `holdpoint volume attach ID --server SERVER`
struct VolumeAttach: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "attach", abstract: "Attach a volume to a server.")

    @Argument(help: "Id or unique name.", completion: .names(.volume))
    var id: String

    @Option(help: ArgumentHelp("Id or unique name of the server.", valueName: "server"), completion: .names(.server))
    var server: String

    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("volume attach \(id)") { session in
            let request = AttachVolumeRequest(volume: id, server: server)
            try await session.change(request) { request, options throws(RPCError) in
                try await session.client.volumes.attachVolume(request, options: options)
            }
        }
    }
}

/// `holdpoint volume detach ID`
struct VolumeDetach: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "detach", abstract: "Detach a volume from its server.")

    @Argument(help: "Id or unique name.", completion: .names(.volume))
    var id: String

    @Option(
        help: ArgumentHelp("Refuse if it is attached to another one.", valueName: "server"), completion: .names(.server)
    )
    var server: String?

    @Flag(help: "Cut off connected NBD clients; needs consent.")
    var force = false

    @OptionGroup var consent: ConsentOptions
    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("volume detach \(id)") { session in
            let given = force ? try await session.consent(consent) { [loss] } : nil
            let request = DetachVolumeRequest(volume: id, force: force, consent: given, server: server ?? "")
            try await session.change(request) { request, options throws(RPCError) in
                try await session.client.volumes.detachVolume(request, options: options)
            }
        }
    }

    private var loss: String {
        "NBD clients of volume \(id) are cut off: what they have not flushed is lost"
    }
}
