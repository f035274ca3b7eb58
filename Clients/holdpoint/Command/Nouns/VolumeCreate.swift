import ArgumentParser
import HoldpointClient

/// `holdpoint volume create NAME`
struct VolumeCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a volume: empty, or with the bytes of a snapshot.")

    @OptionGroup var fields: CreateOptions

    @Option(
        help: ArgumentHelp("1MiB to 64TiB; from a snapshot: its size or larger.", valueName: "size"),
        transform: ByteSize.parse)
    var size: UInt64?

    @Option(
        help: ArgumentHelp("Make it from this volume snapshot.", valueName: "snapshot"), completion: .names(.snapshot))
    var snapshot: String?

    @Option(
        help: ArgumentHelp("Make it from this server snapshot's member …", valueName: "server-snapshot"),
        completion: .names(.serverSnapshot))
    var serverSnapshot: String?

    @Option(
        help: ArgumentHelp("… that is the snapshot of this volume.", valueName: "volume"), completion: .names(.volume))
    var volume: String?

    @Option(help: ArgumentHelp("Attach it to this server at once.", valueName: "server"), completion: .names(.server))
    var attach: String?

    @OptionGroup var globals: GlobalOptions

    func validate() throws {
        if snapshot != nil, serverSnapshot != nil {
            throw ValidationError("--snapshot and --server-snapshot exclude each other")
        }
        if (serverSnapshot == nil) != (volume == nil) {
            throw ValidationError(
                "--server-snapshot and --volume go together: the member that is that volume's snapshot")
        }
        if size == nil, snapshot == nil, serverSnapshot == nil {
            throw ValidationError("give --size, --snapshot or --server-snapshot with --volume")
        }
    }

    func run() async throws {
        try await globals.session("volume create \(fields.name)") { session in
            try await session.create(request) { request, options throws(RPCError) in
                try await session.client.volumes.createVolume(request, options: options)
            }
        }
    }

    private var request: CreateVolumeRequest {
        var resource: Volume = fields.resource()
        resource.sizeBytes = size ?? 0
        return CreateVolumeRequest(
            volume: resource, snapshot: snapshot ?? "", serverSnapshot: serverSnapshot ?? "",
            sourceVolume: volume ?? "", attachServer: attach ?? "")
    }
}
