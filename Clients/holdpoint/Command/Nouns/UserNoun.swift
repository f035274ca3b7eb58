import ArgumentParser
import HoldpointClient

/// `holdpoint user`
struct UserNoun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Who may call.", subcommands: [UserPassword.self])

    @OptionGroup var globals: GlobalOptions
}

/// `holdpoint user password [NAME]`
struct UserPassword: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "password", abstract: "Change the password that consents are given with.",
        discussion: """
            The server removes its file with the first password, if that is still there: keep the new one elsewhere.
            """)

    @Argument(help: "Name of the user; default: the caller.")
    var name: String?

    @OptionGroup var consent: ConsentOptions

    @Option(help: ArgumentHelp("File with the new password in its first line; -: standard input.", valueName: "file"))
    var newPasswordFile: String?

    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        try await globals.session("user password\(name.map { " \($0)" } ?? "")") { session in
            try session.refuseDryRun()
            let (old, new) = try session.passwords(consent, newFile: newPasswordFile)
            let request = SetPasswordRequest(
                user: name ?? "", newPassword: new, consent: Consent(acknowledged: true, password: old))
            _ = try await session.sendUnnamed { options throws(RPCError) in
                try await session.client.access.setPassword(request, options: options)
            }
            session.note("password changed")
        }
    }
}

extension Session {
    /// The old and the new password, from files or by asking a person, who types the new one twice.
    func passwords(_ options: ConsentOptions, newFile: String?) throws -> (old: String, new: String) {
        let oldFile = passwordFile(options)
        guard oldFile != "-" || newFile != "-" else {
            throw ValidationError("only one of --password-file and --new-password-file can be standard input")
        }
        guard terminal.canAsk || options.yes && oldFile != nil && newFile != nil else {
            throw ValidationError(
                "changing a password needs the old and the new one: give --yes, --password-file FILE "
                    + "(or \(Session.passwordVariable)) and --new-password-file FILE")
        }
        let old = try oldFile.map(password) ?? Prompt.password("Password until now: ")
        return (old, try newFile.map(password) ?? newPassword())
    }

    private func newPassword() throws -> String {
        let new = try Prompt.password("New password: ")
        guard try Prompt.password("The new one again: ") == new else {
            throw ValidationError("the two new passwords differ; nothing was changed")
        }
        return new
    }
}
