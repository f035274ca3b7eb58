import ArgumentParser
import HoldpointClient

/// `holdpoint operation`
struct OperationNoun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operation", abstract: "Long or multi-step changes.",
        subcommands: [List<Operation>.self, Show<Operation>.self, OperationWait.self, OperationCancel.self])

    @OptionGroup var globals: GlobalOptions
}

extension Operation: Showable, Listable {
    typealias Filters = NoFilters<ListOperationsRequest>

    /// The newest first.
    static let defaultOrder = "create_time desc"

    static let noun = "operation"

    static func get(
        _ reference: String, from client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> Operation {
        try await client.operations.getOperation(GetOperationRequest(operation: reference), options: options)
    }

    static func page(
        _ request: ListOperationsRequest, from client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> ListOperationsResponse {
        try await client.operations.listOperations(request, options: options)
    }
}

/// `holdpoint operation wait ID`
struct OperationWait: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait", abstract: "Wait until an operation has ended; exit 7 unless it succeeded.")

    @Argument(help: "Id.", completion: .names(.operation))
    var id: String

    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("operation wait \(id)") { session in
            let operation = try await Operation.get(id, from: session.client, session.callOptions)
            let ended = try await session.finished(operation)
            session.warn(ended.warnings)
            try session.printer.single(ended)
        }
    }
}

/// `holdpoint operation cancel ID`
struct OperationCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Ask an operation to stop and to undo what it did, and wait until it has.")

    @Argument(help: "Id.", completion: .names(.operation))
    var id: String

    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("operation cancel \(id)") { session in
            try session.refuseDryRun()
            let operation = try await session.sendUnnamed { options throws(RPCError) in
                try await session.client.operations.cancelOperation(
                    CancelOperationRequest(operation: id), options: options)
            }
            guard session.settings.waits else { return try session.printer.single(operation) }
            let ended = try await session.ended(operation)
            guard [.cancelled, .succeeded].contains(ended.state) else {
                throw CommandFailure(session.what, ended: ended)
            }
            try session.printer.single(ended)
        }
    }
}
