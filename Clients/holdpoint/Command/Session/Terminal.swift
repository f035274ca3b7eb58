import Glibc

/// What the process's standard streams are.
struct Terminal: Sendable {
    /// Colours may be used on standard output.
    let colors: Bool
    /// A person sees standard error, and progress may be drawn there.
    let showsProgress: Bool
    /// A person can be asked.
    let canAsk: Bool

    init(colors: Bool, showsProgress: Bool, canAsk: Bool) {
        self.colors = colors
        self.showsProgress = showsProgress
        self.canAsk = canAsk
    }

    /// The process's own.
    init(environment: [String: String]) {
        let isDumb = environment["TERM"] == "dumb"
        let noColor = environment["NO_COLOR"]?.isEmpty == false
        colors = isatty(STDOUT_FILENO) == 1 && !noColor && !isDumb
        showsProgress = isatty(STDERR_FILENO) == 1 && !isDumb
        canAsk = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1
    }
}
