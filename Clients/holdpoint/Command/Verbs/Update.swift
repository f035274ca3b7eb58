import ArgumentParser
import HoldpointClient

/// `… update ID`
struct Update<Item: Changeable>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "update", abstract: "Change name, description, labels or protection.")
    }

    @Argument(help: "Id or unique name.", completion: .names(noun: Item.noun))
    var id: String

    @Option(help: ArgumentHelp("The new name.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("The new description; empty: none.", valueName: "text"))
    var description: String?

    @Option(
        name: .customLong("label"),
        help: ArgumentHelp("Adds a label, or changes it; the others stay. Repeatable.", valueName: "key=value"),
        transform: Label.parse)
    var labels: [Label] = []

    @Option(
        name: .customLong("remove-label"),
        help: ArgumentHelp("Takes a label away. Repeatable.", valueName: "key"))
    var removedLabels: [String] = []

    @Flag(help: "Takes all labels away, before any is added.")
    var clearLabels = false

    @Flag(inversion: .prefixedNo, help: "Whether deleting it is refused.")
    var protect: Bool?

    @Option(help: ArgumentHelp("Refuse if it is no longer as it was with this etag.", valueName: "etag"))
    var etag: String?

    @OptionGroup var globals: GlobalOptions

    func validate() throws {
        if mask.isEmpty {
            throw ValidationError(
                "nothing to change: give --name, --description, --label, --remove-label, --clear-labels or --protect")
        }
    }

    func run() async throws {
        try await globals.session("\(Item.noun) update \(id)") { session in
            guard mask.contains("labels"), !clearLabels || !removedLabels.isEmpty else {
                return try await send(labels.dictionary, etag ?? "", session)
            }
            try await changeLabels(session)
        }
    }

    /// Tries when somebody changes it just between reading and writing.
    private static var maximumTries: Int { 5 }

    /// Labels are written all together, so they are read before.
    private func changeLabels(_ session: Session) async throws {
        for attempt in 1... {
            let found = try await Item.get(id, from: session.client, session.callOptions)
            var changed = clearLabels ? [:] : found.labels
            for key in removedLabels { changed[key] = nil }
            changed.merge(labels.dictionary) { $1 }
            do {
                // A change that is asked for again says the same as before, whatever its etag was.
                let expected = etag ?? (session.settings.requestID == nil ? found.etag : "")
                return try await send(changed, expected, session)
            } catch let failure as CommandFailure
                where failure.status.reason == "ETAG_MISMATCH" && etag == nil && attempt < Self.maximumTries
            {}
        }
    }

    private func send(_ labels: [String: String], _ etag: String, _ session: Session) async throws {
        let request = Item.update(id, to: resource(labels), mask: FieldMask(paths: mask), etag: etag)
        try await session.change(request) { request, options throws(RPCError) in
            try await Item.send(request, to: session.client, options)
        }
    }

    /// Paths of what was given.
    private var mask: [String] {
        [
            name.map { _ in "name" }, description.map { _ in "description" }, changesLabels ? "labels" : nil,
            protect.map { _ in "deletion_protection" },
        ].compactMap { $0 }
    }

    private var changesLabels: Bool { !labels.isEmpty || !removedLabels.isEmpty || clearLabels }

    private func resource(_ labels: [String: String]) -> Item {
        var resource = Item()
        resource.name = name ?? ""
        resource.description = description ?? ""
        resource.labels = labels
        resource.deletionProtection = protect ?? false
        return resource
    }
}
