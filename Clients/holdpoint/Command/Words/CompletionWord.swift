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
        let script = Root.completionScript(for: shell.completionShell)
        StandardStreams.output((shell == .zsh ? CompletionWord.workingEarly(script) : script) + "\n")
    }

    /// Sourced before `compinit`, zsh has nowhere to put it yet: it is put there before the first prompt.
    private static func workingEarly(_ script: String) -> String {
        script.replacing(
            "    compdef _holdpoint holdpoint\n",
            with: """
                    if (( ${+functions[compdef]} )); then
                        compdef _holdpoint holdpoint
                    else
                        _holdpoint_define() {
                            add-zsh-hook -d precmd _holdpoint_define
                            (( ${+functions[compdef]} )) || { autoload -Uz compinit && compinit; }
                            compdef _holdpoint holdpoint
                        }
                        autoload -Uz add-zsh-hook && add-zsh-hook precmd _holdpoint_define
                    fi

                """)
    }
}
