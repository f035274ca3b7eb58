import ArgumentParser

/// `holdpoint completion bash|zsh|fish`
struct CompletionWord: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print a shell's completion script: source it in the shell's start-up file.")

    /// The shells that have one.
    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash
        case zsh
        case fish

        var completionShell: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    @OptionGroup var globals: GlobalOptions

    func run() async throws {
        StandardStreams.output(Root.completionScript(for: shell.completionShell) + "\n")
    }
}
