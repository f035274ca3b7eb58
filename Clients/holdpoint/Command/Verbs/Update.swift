import ArgumentParser
import HoldpointClient

/// `… update ID`
struct Update<Item: Changeable>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "update", abstract: "Change name, description, labels or protection.")
    }

    @Argument(help: "Id or unique name.")
    var id: String

    @Option(help: ArgumentHelp("The new name.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("The new description; empty: none.", valueName: "text"))
    var description: String?

    @Option(
        name: .customLong("label"),
        help: ArgumentHelp("A label; those that are given become all that it has. Repeatable.", valueName: "key=value"),
        transform: Label.parse)
    var labels: [Label] = []

    @Flag(inversion: .prefixedNo, help: "Whether deleting it is refused.")
    var protect: Bool?

    @Option(help: ArgumentHelp("Refuse if it is no longer as it was with this etag.", valueName: "etag"))
    var etag: String?

    @OptionGroup var globals: GlobalOptions

    func validate() throws {
        if mask.isEmpty { throw ValidationError("nothing to change: give --name, --description, --label or --protect") }
    }

    func run() async throws {
        try await globals.session("\(Item.noun) update \(id)") { session in
            let request = Item.update(id, to: resource, mask: FieldMask(paths: mask), etag: etag ?? "")
            try await session.change(request) { request, options throws(RPCError) in
                try await Item.send(request, to: session.client, options)
            }
        }
    }

    /// Paths of what was given.
    private var mask: [String] {
        [
            name.map { _ in "name" }, description.map { _ in "description" }, labels.isEmpty ? nil : "labels",
            protect.map { _ in "deletion_protection" },
        ].compactMap { $0 }
    }

    private var resource: Item {
        var resource = Item()
        resource.name = name ?? ""
        resource.description = description ?? ""
        resource.labels = labels.dictionary
        resource.deletionProtection = protect ?? false
        return resource
    }
}
