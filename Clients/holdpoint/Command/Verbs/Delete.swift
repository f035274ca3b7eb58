import ArgumentParser
import HoldpointClient

/// `… delete ID...`
struct Delete<Item: Changeable>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "delete", abstract: "Delete some for ever.",
            discussion: "-o json prints an object for one, an array from two on.", aliases: ["rm"])
    }

    @Argument(help: "Ids or unique names; all are tried.", completion: .names(noun: Item.noun))
    var ids: [String]

    @Flag(help: "Delete what stands in the way too: shows the plan, then executes it.")
    var cascade = false

    @OptionGroup var extras: Item.DeleteExtras
    @OptionGroup var consent: ConsentOptions
    @OptionGroup var globals: GlobalOptions

    func validate() throws {
        guard ids.count > (cascade ? 1 : Item.deletionsPerCall), globals.requestID != nil else { return }
        throw ValidationError("--request-id is the id of one change: delete one at a time with it")
    }

    func run() async throws {
        try await globals.session("\(Item.noun) delete \(ids.joined(separator: " "))") { session in
            if session.settings.dryRun { session.beginDryRun() }
            var results = DeletionResults(session: session, isSingle: ids.count == 1)
            let deletion = Deletion<Item>(ids: ids, extras: extras, consent: consent, session: session)
            if cascade {
                try await Cascade(deletion: deletion).run(&results)
            } else {
                try await deletion.run(&results)
            }
            try results.end()
        }
    }
}
