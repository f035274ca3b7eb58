import ArgumentParser
import HoldpointClient

/// What every `create` takes.
struct CreateOptions: ParsableArguments {
    @Argument(help: "Name: 3 to 20 letters, digits and hyphens; no other has it.")
    var name: String

    @OptionGroup var notes: NoteOptions

    /// A resource with what was given.
    func resource<Resource: HoldpointResource>(_: Resource.Type = Resource.self) -> Resource {
        notes.resource(named: name)
    }
}

/// What a snapshot is created with.
struct SnapshotOptions: ParsableArguments {
    @Argument(help: "Name: 3 to 20 letters, digits and hyphens; none: what it is of, with the time.")
    var name: String?

    @OptionGroup var notes: NoteOptions

    /// Behind a verb, to name the command by.
    var words: String { name.map { " \($0)" } ?? "" }

    func resource<Resource: HoldpointResource>(_: Resource.Type = Resource.self) -> Resource {
        notes.resource(named: name ?? "")
    }
}

/// What may be noted on anything that is created.
struct NoteOptions: ParsableArguments {
    @Option(help: ArgumentHelp("At most 255 bytes.", valueName: "text"))
    var description: String?

    @Option(
        name: .customLong("label"), help: ArgumentHelp("A label. Repeatable.", valueName: "key=value"),
        transform: Label.parse)
    var labels: [Label] = []

    fileprivate func resource<Resource: HoldpointResource>(named name: String) -> Resource {
        var resource = Resource()
        resource.name = name
        resource.description = description ?? ""
        resource.labels = labels.dictionary
        return resource
    }
}

extension Session {
    /// Creates a resource; with `--if-absent` one of that name that is equal already is success.
    func create<Request: CreationRequest, Answer: ResourceAnswer>(
        _ request: Request, _ call: (Request, CallOptions) async throws(RPCError) -> Answer
    ) async throws where Answer.Resource: Showable {
        var request = request
        request.ifAbsent = settings.ifAbsent
        try await change(request, call)
    }
}
