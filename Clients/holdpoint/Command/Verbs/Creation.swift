import ArgumentParser
import HoldpointClient

/// What every `create` takes.
struct CreateOptions: ParsableArguments {
    @Argument(help: "Name: 3 to 20 letters, digits and hyphens.")
    var name: String

    @Option(help: ArgumentHelp("At most 255 bytes.", valueName: "text"))
    var description: String?

    @Option(
        name: .customLong("label"), help: ArgumentHelp("A label. Repeatable.", valueName: "key=value"),
        transform: Label.parse)
    var labels: [Label] = []

    /// A resource with what was given.
    func resource<Resource: HoldpointResource>(_: Resource.Type = Resource.self) -> Resource {
        var resource = Resource()
        resource.name = name
        resource.description = description ?? ""
        resource.labels = labels.dictionary
        return resource
    }

    /// In what a resource differs from what was given.
    func differences(_ resource: some HoldpointResource) -> [String] {
        [
            resource.description == description ?? "" ? nil : "description",
            resource.labels == labels.dictionary ? nil : "labels",
        ].compactMap { $0 }
    }
}

extension Session {
    /// Creates a resource; with `--if-absent` one of that name that is equal already is success.
    ///
    /// - Parameter differences: names of what differs between the resource and what is asked for.
    func create<Item: Changeable, Request: ChangeRequest>(
        _ options: CreateOptions, _ request: Request, differences: (Item) async throws -> [String],
        _ call: (Request, CallOptions) async throws(RPCError) -> Item.Answer
    ) async throws {
        if settings.ifAbsent, let existing: Item = try await existing(options.name, differences) {
            return try printer.answer(try await settled(existing), warnings: [])
        }
        try await change(request, call)
    }

    /// The resource of that name that is as it should be; nil: there is none of that name.
    ///
    /// - Throws: `ALREADY_EXISTS` if there are only others.
    private func existing<Item: Changeable>(
        _ name: String, _ differences: (Item) async throws -> [String]
    ) async throws -> Item? {
        // Whatever else stands in a name is for the server to refuse.
        guard name.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || isalnum($0) }), !name.isEmpty else { return nil }
        var request = Item.Filters.Request()
        request.filter = "name = \(name)"
        let found = try await client.listing(request) { page throws(RPCError) in
            try await Item.page(page, from: client, callOptions)
        }
        let living = found.items.filter { !$0.stateName.hasSuffix("DELETING") }
        var different: [String] = []
        for item in living {
            let differences = try await differences(item)
            if differences.isEmpty { return item }
            different.append("\(item.id) differs in \(differences.joined(separator: ", "))")
        }
        guard !different.isEmpty else { return nil }
        throw RPCError(.alreadyExists, "there is a \(Item.noun) \(name) already: \(different.joined(separator: "; "))")
    }

    /// One that is still being created is waited for.
    private func settled<Item: Changeable>(_ item: Item) async throws -> Item {
        guard settings.waits, item.stateName == "CREATING" || item.stateName == "PROVISIONING",
            !item.operationID.isEmpty
        else { return item }
        _ = try await finished(Operation(id: item.operationID))
        return try await Item.get(item.id, from: client, callOptions)
    }
}

private func isalnum(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: false
    }
}
